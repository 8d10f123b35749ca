import { useSyncExternalStore } from 'react';

/** Where the page is. In the hash, so that any static server can serve it. */
export interface Route {
  readonly channelId: number | null;
  readonly members: boolean;
}

export function parseRoute(hash: string): Route {
  const match = /^#\/c\/(\d+)(\/members)?$/.exec(hash);
  return { channelId: match ? Number(match[1]) : null, members: match?.[2] !== undefined };
}

export function hashOf({ channelId, members }: Route): string {
  return channelId === null ? '#/' : `#/c/${channelId}${members ? '/members' : ''}`;
}

export function go(route: Route, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.location.hash = hashOf(route);
  else window.location.replace(hashOf(route));
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
}
