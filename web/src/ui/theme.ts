import { createStore } from 'zustand/vanilla';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'hubbub.theme';

function remembered(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** The chosen appearance. `public/theme.js` applies it before the first paint. */
export const theme = createStore(remembered);

function apply(choice: Theme): void {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
}

export function chooseTheme(choice: Theme): void {
  if (choice === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  apply(choice);
  theme.setState(choice, true);
}

window.addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  apply(remembered());
  theme.setState(remembered(), true);
});
