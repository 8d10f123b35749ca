import { createStore } from 'zustand/vanilla';
import { local } from '../storage/local';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'hubbub.theme';

function remembered(): Theme {
  const value = local.get(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** The chosen appearance. `public/theme.js` applies it before the first paint. */
export const theme = createStore(remembered);

function apply(choice: Theme): void {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
}

export function chooseTheme(choice: Theme): void {
  if (choice === 'system') local.remove(KEY);
  else local.set(KEY, choice);
  apply(choice);
  theme.setState(choice, true);
}

local.watch(KEY, () => {
  apply(remembered());
  theme.setState(remembered(), true);
});
