import { useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { chooseLocale, locale, locales, type Locale } from './locale';
import { MenuChoice, MenuSeparator } from './menu';
import { chooseTheme, theme, type Theme } from './theme';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Appearance and language, for any menu. */
export function PreferenceItems() {
  const intl = useIntl();
  return (
    <>
      <MenuChoice
        label={intl.formatMessage({ id: 'theme.label' })}
        value={useStore(theme)}
        options={themes.map((value) => ({ value, text: intl.formatMessage({ id: `theme.${value}` }) }))}
        onChoose={chooseTheme}
      />
      <MenuSeparator />
      <MenuChoice
        label={intl.formatMessage({ id: 'language.label' })}
        value={useStore(locale)}
        options={(Object.keys(locales) as Locale[]).map((value) => ({ value, text: locales[value] }))}
        onChoose={chooseLocale}
      />
    </>
  );
}
