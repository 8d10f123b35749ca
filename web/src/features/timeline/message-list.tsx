import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type PointerEvent,
  type RefObject,
} from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { unreadOf } from '../../realtime/channel-list';
import { hasMoreAfter } from '../../realtime/timeline';
import type { Target, TimelineView } from '../../realtime/timelines';
import { DownIcon } from '../../ui/icons';
import { Spinner } from '../../ui/spinner';
import { useWatching } from '../../ui/use-watching';
import { plainText } from '../../ui/plain-text';
import { ChannelStart, DayDivider, NewDivider } from './dividers';
import { MessageView, type Parent } from './message-view';
import type { MessageRow, Row } from './rows';
import { mayRemove, useMessageActions, type Place } from './use-message-actions';
import { useMessageKeys } from './use-message-keys';

const AT_END_PX = 60;
/** Another page is fetched when fewer rows than this are left beyond those shown. */
const FETCH_AHEAD_ROWS = 25;
const FOUND_MS = 2_500;
const SETTLE_MS = 1_000;

export interface ListProps extends Place {
  rows: readonly Row[];
  view: Extract<TimelineView, { kind: 'ready' }>;
  editingId: number | null;
  onPickDay: (day: Date) => void;
}

type List = Virtualizer<HTMLDivElement, Element>;

export function MessageList({ rows, view, editingId, onPickDay, ...place }: ListProps) {
  const { client, channel } = place;
  const { timeline, older, newer, target } = view;
  const id = channel.chatChannelId;
  const scrollRef = useRef<HTMLDivElement>(null);
  const pinned = useRef(true);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const intl = useIntl();
  const people = useStore(client.directory.store);
  const online = useStore(client.connection.status, (status) => status.kind === 'online');
  const unread = useStore(client.channels, (list) => unreadOf(list, list.byId.get(id) ?? channel));
  const { actions, openSheet, dialog } = useMessageActions(place);
  const atHead = !hasMoreAfter(timeline);

  // The same function for the same rows: with another one, every row would be placed anew at each step of a scroll.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtualizer: List = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey,
    anchorTo: 'end',
    followOnAppend: atHead,
    scrollEndThreshold: AT_END_PX,
    overscan: 10,
    paddingEnd: 6,
  });
  const atEnd = virtualizer.isAtEnd(AT_END_PX);
  const items = virtualizer.getVirtualItems();
  const firstShown = items[0]?.index ?? 0;
  const lastShown = items.at(-1)?.index ?? 0;
  const last = rows.at(-1);
  const lastKey = last?.key;
  const lastIsMine = last?.kind === 'message' && last.clientMessageId !== '' && atHead;
  const foundId = useTarget(virtualizer, rows, target, scrollRef);
  const onKeyDown = useMessageKeys({
    rows,
    activeKey,
    setActiveKey,
    virtualizer,
    scrollRef,
    actions,
    channel,
  });
  const parents = useParents(rows, people);

  /** While a menu of the active message is open, the pointer may go anywhere. */
  const isHeld = (): boolean => scrollRef.current?.querySelector('[role=toolbar] [data-state=open]') !== null;

  const point = (event: PointerEvent, row: Row): void => {
    if (event.pointerType === 'mouse' && row.key !== activeKey && !isHeld()) setActiveKey(row.key);
  };

  // Whoever writes wants to see it.
  useEffect(() => {
    if (lastIsMine) virtualizer.scrollToEnd();
  }, [lastKey, lastIsMine, virtualizer]);

  // A composer that grows, or a phone's keyboard, must not cover the newest message.
  useEffect(() => {
    const element = scrollRef.current;
    if (!element) return;
    const observer = new ResizeObserver(() => pinned.current && virtualizer.scrollToEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, [virtualizer]);

  useEffect(() => {
    if (timeline.hasMoreBefore && older === 'idle' && firstShown < FETCH_AHEAD_ROWS)
      void client.timelines.loadOlder(id);
  }, [client, id, timeline.hasMoreBefore, older, firstShown]);

  useEffect(() => {
    if (!atHead && newer === 'idle' && lastShown > rows.length - FETCH_AHEAD_ROWS)
      void client.timelines.loadNewer(id);
  }, [client, id, atHead, newer, lastShown, rows.length]);

  useSeen(virtualizer, rows, place);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        role="log"
        aria-label={intl.formatMessage({ id: 'timeline.label' }, { name: channel.name })}
        // Rows come and go while one scrolls; the announcer speaks instead.
        aria-live="off"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerLeave={() => !isHeld() && setActiveKey(null)}
        onBlur={(event) => {
          if (event.relatedTarget?.closest('form')) setActiveKey(null);
        }}
        onScroll={() => {
          pinned.current = atHead && virtualizer.isAtEnd(AT_END_PX);
        }}
        className="flex h-full flex-col overflow-x-clip overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none]"
        data-testid="timeline"
      >
        <div className="relative mt-auto w-full shrink-0" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const active = row.key === activeKey;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                onPointerEnter={(event) => point(event, row)}
                onPointerMove={(event) => point(event, row)}
                onFocus={() => setActiveKey(row.key)}
                className={`absolute inset-x-0 top-0 ${active ? 'z-10' : ''}`}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === 'start' ? (
                  <ChannelStart channel={channel} />
                ) : (
                  <>
                    {row.opensDay && (
                      <DayDivider day={row.at} isNew={row.opensNew} active={active} onPick={onPickDay} />
                    )}
                    {row.opensNew && !row.opensDay && <NewDivider />}
                    <MessageView
                      client={client}
                      row={row}
                      senderName={people.get(row.senderId)?.displayName ?? null}
                      parent={row.parentId === null ? null : (parents.get(row.parentId) ?? null)}
                      online={online}
                      active={active}
                      editing={row.id === editingId}
                      found={row.id === foundId}
                      mayRemove={mayRemove(channel, row)}
                      inThread={false}
                      actions={actions}
                      onLongPress={openSheet}
                    />
                  </>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {(older === 'loading' || newer === 'loading') && (
        <Loading side={older === 'loading' ? 'top-2' : 'bottom-3'} />
      )}
      {/* Without a connection the banner says enough, and the next connect tries again. */}
      {older === 'failed' && online && <OlderFailed onRetry={() => void client.timelines.loadOlder(id)} />}
      {!(atEnd && atHead) && (
        <ToLatest unread={unread} onClick={() => void client.timelines.jumpToLatest(id)} />
      )}
      {dialog}
    </div>
  );
}

const estimate = (row: Row | undefined): number =>
  row?.kind !== 'message'
    ? 160
    : (row.continues ? 26 : 52) + (row.opensDay ? 48 : 0) + (row.reactions.length > 0 ? 32 : 0);

/** Goes where the timeline is to go. Returns the message to light up. */
function useTarget(
  virtualizer: List,
  rows: readonly Row[],
  target: Target | null,
  scrollRef: RefObject<HTMLDivElement | null>,
): number | null {
  const [faded, setFaded] = useState<Target | null>(null);
  const done = useRef<Target | null | undefined>(undefined);
  /** Where to go again while rows are still measured and pages come in, until the reader scrolls. */
  const place = useRef<{ key: string; align: 'center' | 'start' } | 'end' | null>(null);
  const height = virtualizer.getTotalSize();

  useLayoutEffect(() => {
    if (done.current === target) return;
    const first = done.current === undefined;
    done.current = target;
    const wanted = (row: Row): boolean =>
      row.kind === 'message' &&
      (target?.kind === 'found' ? row.id === target.messageId : first && row.opensNew);
    const row = rows.find(wanted);
    if (row) place.current = { key: row.key, align: target?.kind === 'found' ? 'center' : 'start' };
    else if (first || target?.kind === 'latest') place.current = 'end';
  }, [rows, target]);

  useLayoutEffect(() => {
    if (place.current === 'end') virtualizer.scrollToEnd();
    else if (place.current !== null) {
      const { key, align } = place.current;
      const index = rows.findIndex((row) => row.key === key);
      if (index >= 0) virtualizer.scrollToIndex(index, { align });
    }
  }, [virtualizer, rows, height, target]);

  useEffect(() => {
    const element = scrollRef.current;
    const settled = (): void => {
      place.current = null;
    };
    const timer = setTimeout(settled, SETTLE_MS);
    const inputs = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;
    for (const input of inputs) element?.addEventListener(input, settled, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const input of inputs) element?.removeEventListener(input, settled);
    };
  }, [target, scrollRef]);

  useEffect(() => {
    const timer = setTimeout(() => setFaded(target), FOUND_MS);
    return () => clearTimeout(timer);
  }, [target]);

  return target?.kind === 'found' && target !== faded ? target.messageId : null;
}

/** Marks as read what was in view while somebody looked. */
function useSeen(virtualizer: List, rows: readonly Row[], { client, channel }: Place): void {
  const watching = useWatching();
  const offset = virtualizer.scrollOffset ?? 0;
  const height = virtualizer.scrollRect?.height ?? 0;
  const seen = virtualizer
    .getVirtualItems()
    .filter((item) => item.end <= offset + height + 8)
    .map((item) => rows[item.index])
    .findLast((row): row is MessageRow => row?.kind === 'message' && row.id !== Infinity);
  const messageId = seen?.id ?? 0;
  const seq = seen?.seq ?? 0;

  useEffect(() => {
    if (watching && messageId > 0) client.markSeen(channel.chatChannelId, { messageId, seq });
  }, [client, channel.chatChannelId, watching, messageId, seq]);
}

function useParents(
  rows: readonly Row[],
  people: ReadonlyMap<number, { readonly displayName: string }>,
): ReadonlyMap<number, Parent> {
  return useMemo(() => {
    const wanted = new Set(
      rows.flatMap((row) => (row.kind === 'message' && row.parentId ? [row.parentId] : [])),
    );
    const parents = new Map<number, Parent>();
    if (wanted.size === 0) return parents;
    for (const row of rows) {
      if (row.kind !== 'message' || !wanted.has(row.id)) continue;
      parents.set(row.id, {
        name: people.get(row.senderId)?.displayName ?? '',
        text: plainText(row.content).slice(0, 140),
      });
    }
    return parents;
  }, [rows, people]);
}

function Loading({ side }: { side: string }) {
  return (
    <span className={`pointer-events-none absolute inset-x-0 flex justify-center ${side}`}>
      <span className="rounded-full border border-line bg-raised p-1.5 text-soft shadow-float">
        <Spinner className="block size-4" />
      </span>
    </span>
  );
}

function OlderFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <div role="alert" className="absolute inset-x-0 top-2 flex justify-center px-4">
      <p className="rounded-full border border-line bg-raised px-4 py-1.5 text-sm shadow-float">
        <FormattedMessage id="timeline.older.failed" />{' '}
        <button type="button" onClick={onRetry} className="rounded font-semibold text-accent hover:underline">
          <FormattedMessage id="common.retry" />
        </button>
      </p>
    </div>
  );
}

function ToLatest({ unread, onClick }: { unread: number; onClick: () => void }) {
  const intl = useIntl();
  const look =
    unread > 0
      ? 'start-1/2 h-9 -translate-x-1/2 gap-1.5 bg-accent px-4 text-sm font-semibold text-on-accent hover:bg-accent-strong rtl:translate-x-1/2'
      : 'end-5 size-10 justify-center border border-line bg-raised text-soft hover:text-text';
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={unread > 0 ? undefined : intl.formatMessage({ id: 'timeline.latest' })}
      data-testid="jump-to-latest"
      className={`absolute bottom-3 flex animate-appear items-center rounded-full shadow-float transition-colors ${look}`}
    >
      {unread > 0 && <FormattedMessage id="timeline.newMessages" values={{ count: unread }} />}
      <DownIcon className="size-4" />
    </button>
  );
}
