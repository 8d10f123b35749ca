// Applies a remembered choice before the first paint; without one the page follows the system.
try {
  const theme = localStorage.getItem('hubbub.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // The browser blocks storage: nothing is remembered.
}
