import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { ChannelState } from '../../generated/types';
import { unreadOf } from '../../realtime/channel-list';
import type { HubbubClient } from '../../realtime/client';
import type { TimelineView } from '../../realtime/timelines';
import { channelTitle } from '../../ui/channel-icon';
import { DownIcon } from '../../ui/icons';
import { Spinner } from '../../ui/spinner';
import { ChannelStart, DayDivider, NewDivider } from './dividers';
import { MessageView } from './message-view';
import type { Row } from './rows';
import { useWatching } from './use-watching';

const AT_END_PX = 60;
/** Earlier messages are fetched when fewer rows than this are left above. */
const FETCH_AHEAD_ROWS = 25;

interface Props {
  client: HubbubClient;
  channel: ChannelState;
  rows: readonly Row[];
  older: Extract<TimelineView, { kind: 'ready' }>['older'];
  hasMoreBefore: boolean;
}

export function MessageList({ client, channel, rows, older, hasMoreBefore }: Props) {
  const id = channel.chatChannelId;
  const scrollRef = useRef<HTMLDivElement>(null);
  const pinned = useRef(true);
  const intl = useIntl();
  const people = useStore(client.directory.store);
  const online = useStore(client.connection.status, (status) => status.kind === 'online');
  const unread = useStore(client.channels, (list) => unreadOf(list, list.byId.get(id) ?? channel));
  const watching = useWatching();

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    overscan: 10,
    paddingEnd: 6,
  });
  const atEnd = virtualizer.isAtEnd(AT_END_PX);
  const items = virtualizer.getVirtualItems();
  const firstShown = items[0]?.index ?? 0;
  const last = rows.at(-1);
  const lastKey = last?.key;
  const lastIsMine = last?.kind === 'message' && last.clientMessageId !== '';

  useLayoutEffect(() => {
    const unreadFrom = rows.findIndex((row) => row.kind === 'message' && row.opensNew);
    if (unreadFrom > 0) virtualizer.scrollToIndex(unreadFrom, { align: 'start' });
    else virtualizer.scrollToEnd();
    // Only where the list opens; from then on the reader decides.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

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
    if (hasMoreBefore && older === 'idle' && firstShown < FETCH_AHEAD_ROWS)
      void client.timelines.loadOlder(id);
  }, [client, id, hasMoreBefore, older, firstShown]);

  useEffect(() => {
    if (atEnd && watching) client.markSeen(id);
  }, [client, id, atEnd, watching, lastKey]);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        role="log"
        aria-label={intl.formatMessage({ id: 'timeline.label' }, { name: channel.name })}
        // Rows come and go while one scrolls; the announcer speaks instead.
        aria-live="off"
        tabIndex={0}
        onScroll={() => {
          pinned.current = virtualizer.isAtEnd(AT_END_PX);
        }}
        className="flex h-full flex-col overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none]"
        data-testid="timeline"
      >
        <div className="relative mt-auto w-full shrink-0" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={item.key}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {row.kind === 'start' ? (
                    <ChannelStart name={channelTitle(channel)} isPrivate={channel.type === 'private'} />
                  ) : (
                    <>
                      {row.opensDay && <DayDivider day={row.at} isNew={row.opensNew} />}
                      {row.opensNew && !row.opensDay && <NewDivider />}
                      <MessageView
                        row={row}
                        senderName={people.get(row.senderId)?.displayName ?? null}
                        online={online}
                        onRetry={client.retry}
                        onDiscard={client.discard}
                      />
                    </>
                  )}
                </div>
              )
            );
          })}
        </div>
      </div>
      {older === 'loading' && (
        <span className="pointer-events-none absolute inset-x-0 top-2 flex justify-center">
          <span className="rounded-full border border-line bg-raised p-1.5 text-soft shadow-float">
            <Spinner className="block size-4" />
          </span>
        </span>
      )}
      {/* Without a connection the banner says enough, and the next connect tries again. */}
      {older === 'failed' && online && <OlderFailed onRetry={() => void client.timelines.loadOlder(id)} />}
      {!atEnd && <ToLatest unread={unread} onClick={() => virtualizer.scrollToEnd()} />}
    </div>
  );
}

const estimate = (row: Row | undefined): number =>
  row?.kind !== 'message' ? 160 : (row.continues ? 26 : 52) + (row.opensDay ? 48 : 0);

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
      ? 'h-9 gap-1.5 bg-accent px-4 text-sm font-semibold text-on-accent hover:bg-accent-strong'
      : 'size-10 justify-center border border-line bg-raised text-soft hover:text-text';
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={unread > 0 ? undefined : intl.formatMessage({ id: 'timeline.latest' })}
      data-testid="jump-to-latest"
      className={`absolute bottom-3 flex animate-appear items-center rounded-full shadow-float transition-colors ${unread > 0 ? 'start-1/2 -translate-x-1/2' : 'end-5'} ${look}`}
    >
      {unread > 0 && <FormattedMessage id="timeline.newMessages" values={{ count: unread }} />}
      <DownIcon className="size-4" />
    </button>
  );
}
