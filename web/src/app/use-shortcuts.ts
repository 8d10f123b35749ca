import { useEffect } from 'react';
import { inOrder, unreadOf } from '../realtime/channel-list';
import type { HubbubClient } from '../realtime/client';
import { channelRoute, go } from './route';

interface Options {
  client: HubbubClient;
  channelId: number | null;
  locale: string;
  onSwitcher: () => void;
  onHelp: () => void;
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

/** Esc in a search or filter field is about that field. The composer has more than one line. */
const isLine = (target: EventTarget | null): boolean => target instanceof HTMLInputElement;

/** The keys that work everywhere on the page. Dialogs keep theirs. */
export function useShortcuts({ client, channelId, locale, onSwitcher, onHelp }: Options): void {
  useEffect(() => {
    function step(by: 1 | -1, unreadOnly: boolean): void {
      const list = client.channels.getState();
      const all = inOrder(list, locale);
      const at = all.findIndex((channel) => channel.chatChannelId === channelId);
      for (let distance = 1; distance <= all.length; distance++) {
        const next = all[(at + by * distance + all.length * 2) % all.length];
        if (!next || (unreadOnly && unreadOf(list, next) === 0)) continue;
        go(channelRoute(next.chatChannelId));
        return;
      }
    }

    function onKey(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        onSwitcher();
        return;
      }
      if (document.querySelector('[role=dialog], [role=menu]')) return;
      if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        step(event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
      } else if (event.key === 'Escape' && channelId !== null && !isLine(event.target)) {
        client.markAllSeen(channelId);
        void client.timelines.jumpToLatest(channelId);
      } else if (event.key === '?' && !isWriting(event.target)) {
        event.preventDefault();
        onHelp();
      }
    }

    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [client, channelId, locale, onSwitcher, onHelp]);
}
