import { useSyncExternalStore } from 'react';

/** Whether somebody looks: the tab is in front and its window has the focus. */
export const isWatching = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

function subscribe(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed);
  window.addEventListener('focus', changed);
  window.addEventListener('blur', changed);
  return () => {
    document.removeEventListener('visibilitychange', changed);
    window.removeEventListener('focus', changed);
    window.removeEventListener('blur', changed);
  };
}

export const useWatching = (): boolean => useSyncExternalStore(subscribe, isWatching);
