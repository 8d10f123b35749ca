import { useSyncExternalStore } from 'react';

export type Panel =
  | { readonly kind: 'members' | 'search' | 'details' }
  | { readonly kind: 'thread'; readonly messageId: number };

/** Where the page is. In the hash, so that any static server can serve it. */
export interface Route {
  readonly channelId: number | null;
  /** A message that a link leads to. */
  readonly messageId: number | null;
  readonly panel: Panel | null;
  /** The code of an invitation that a link brought. */
  readonly invite: string | null;
}

const invitation = /^#\/i\/([0-9A-Za-z_-]+)$/;
const pattern = /^#\/c\/(\d+)(?:\/m\/(\d+))?(?:\/(?:(members|search|details)|t\/(\d+)))?$/;

export function parseRoute(hash: string): Route {
  const [, channel, message, panel, thread] = pattern.exec(hash) ?? [];
  return {
    channelId: channel === undefined ? null : Number(channel),
    messageId: message === undefined ? null : Number(message),
    panel: thread
      ? { kind: 'thread', messageId: Number(thread) }
      : panel === 'members' || panel === 'search' || panel === 'details'
        ? { kind: panel }
        : null,
    invite: invitation.exec(hash)?.[1] ?? null,
  };
}

export function hashOf({ channelId, messageId, panel, invite }: Route): string {
  if (invite !== null) return `#/i/${invite}`;
  if (channelId === null) return '#/';
  const message = messageId === null ? '' : `/m/${messageId}`;
  const aside = panel === null ? '' : panel.kind === 'thread' ? `/t/${panel.messageId}` : `/${panel.kind}`;
  return `#/c/${channelId}${message}${aside}`;
}

/** A channel at its place, nothing beside it. */
export const channelRoute = (channelId: number | null): Route => ({
  channelId,
  messageId: null,
  panel: null,
  invite: null,
});

/** What one gives away: this page, at a place. */
export const linkTo = (route: Route): string => new URL(hashOf(route), window.location.href).toString();

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
