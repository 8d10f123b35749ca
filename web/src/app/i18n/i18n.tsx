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

/** Gives the tree its words. Renders nothing until they are there. */
export function I18n({ children }: { children: ReactNode }) {
  const wanted = useStore(locale);
  const [loaded, setLoaded] = useState<{ locale: Locale; messages: Messages } | null>(null);

  useEffect(() => {
    let current = true;
    void loaders[wanted]().then(({ default: messages }) => {
      if (!current) return;
      document.documentElement.lang = wanted;
      setLoaded({ locale: wanted, messages });
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
