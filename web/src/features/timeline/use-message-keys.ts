import type { Virtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, RefObject } from 'react';
import type { ChannelState } from '../../generated/types';
import { isStored, type MessageActions } from './actions';
import type { Row } from './rows';
import { mayRemove } from './use-message-actions';

interface Options {
  rows: readonly Row[];
  activeKey: string | null;
  setActiveKey: (key: string) => void;
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  scrollRef: RefObject<HTMLDivElement | null>;
  actions: MessageActions;
  channel: ChannelState;
}

/** Up and down move the focus from message to message; letters act on the one that has it. */
export function useMessageKeys(options: Options): (event: KeyboardEvent) => void {
  const { rows, activeKey, setActiveKey, virtualizer, scrollRef, actions, channel } = options;

  function focusRow(index: number): void {
    const row = rows[index];
    if (!row) return;
    setActiveKey(row.key);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => articleAt(index)?.focus({ preventScroll: true }));
  }

  const articleAt = (index: number): HTMLElement | null =>
    scrollRef.current?.querySelector<HTMLElement>(`[data-index="${index}"] article`) ?? null;

  return (event) => {
    const onMessage = event.target instanceof HTMLElement && event.target.matches('article');
    if ((!onMessage && event.target !== scrollRef.current) || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const at = onMessage ? rows.findIndex((row) => row.key === activeKey) : rows.length;
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -rows.length, End: rows.length }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      focusRow(Math.min(rows.length - 1, Math.max(0, at + step)));
      return;
    }
    const row = rows[at];
    if (row?.kind !== 'message' || !isStored(row)) return;
    const letters: Record<string, (() => void) | false> = {
      e: row.mine && (() => actions.edit(row.id)),
      r: () => actions.openThread(row.parentId ?? row.id),
      c: () => actions.copyLink(row),
      '+': () => articleAt(at)?.querySelector<HTMLElement>('[data-testid=react]')?.click(),
      Delete: mayRemove(channel, row) && (() => actions.remove(row)),
    };
    const act = letters[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}
