/** What the page around the core may tell; outside of browsers there is none, and nothing is told. */
export interface PageEvents {
  readonly online: () => void;
  readonly offline: () => void;
  readonly visible: () => void;
}

/** Returns the way to stop. */
export function watchPage({ online, offline, visible }: PageEvents): () => void {
  if (typeof window === 'undefined') return () => undefined;
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') visible();
  };
  window.addEventListener('online', online);
  window.addEventListener('offline', offline);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    window.removeEventListener('online', online);
    window.removeEventListener('offline', offline);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}

export const isNetworkDown = (): boolean => typeof navigator !== 'undefined' && navigator.onLine === false;
