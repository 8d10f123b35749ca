import { useEffect, useState, type ReactNode } from 'react';
import { IntlProvider } from 'react-intl';
import { useStore } from 'zustand';
import { locale, type Locale } from '../../ui/locale';
import type en from './en.json';

type Messages = typeof en;

const loaders: Record<Locale, () => Promise<{ default: Messages }>> = {
  en: () => import('./en.json'),
  de: () => import('./de.json'),
};

/** The browser's own variant of a language, for its dates and times: en-GB, de-AT. */
function regional(wanted: Locale): string {
  return navigator.languages.find((language) => language.startsWith(`${wanted}-`)) ?? wanted;
}

/** Gives the tree its words. Renders nothing until they are there. */
export function I18n({ children }: { children: ReactNode }) {
  const wanted = useStore(locale);
  const [loaded, setLoaded] = useState<{ locale: string; messages: Messages } | null>(null);

  useEffect(() => {
    let current = true;
    void loaders[wanted]().then(({ default: messages }) => {
      if (!current) return;
      document.documentElement.lang = wanted;
      setLoaded({ locale: regional(wanted), messages });
    });
    return () => {
      current = false;
    };
  }, [wanted]);

  if (!loaded) return null;
  return (
    <IntlProvider locale={loaded.locale} messages={loaded.messages}>
      {children}
    </IntlProvider>
  );
}
