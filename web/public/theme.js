// Applies a remembered choice before the first paint; without one the page follows the system.
const theme = localStorage.getItem('hubbub.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
