import { createStore } from 'zustand/vanilla';
import { local } from '../storage/local';

export const locales = { en: 'English', de: 'Deutsch' } as const;
export type Locale = keyof typeof locales;

const KEY = 'hubbub.locale';

const isLocale = (value: string): value is Locale => Object.hasOwn(locales, value);

function initial(): Locale {
  const remembered = local.get(KEY) ?? '';
  if (isLocale(remembered)) return remembered;
  return navigator.languages.map((language) => language.slice(0, 2)).find(isLocale) ?? 'en';
}

/** The language of the page: remembered, or the first one the browser asks for that there is. */
export const locale = createStore(initial);

export function chooseLocale(choice: Locale): void {
  local.set(KEY, choice);
  locale.setState(choice, true);
}
