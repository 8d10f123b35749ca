import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { timelineFrom } from '../../realtime/timeline';
import type { ThreadView } from '../../realtime/threads';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/panel';
import { Spinner } from '../../ui/spinner';
import { MessageView } from './message-view';
import { rowsOf, type MessageRow } from './rows';
import { mayRemove, useMessageActions, type Place } from './use-message-actions';

interface Props extends Place {
  rootId: number;
  editingId: number | null;
  onClose: () => void;
  /** Where one answers. */
  composer: ReactNode;
}

/** A message and the answers to it. */
export function ThreadPanel({ rootId, editingId, onClose, composer, ...place }: Props) {
  const { client, channel } = place;
  const intl = useIntl();
  const view = useStore(client.threads.store);

  useEffect(() => {
    void client.threads.open(channel.chatChannelId, rootId);
    return () => client.threads.close();
  }, [client, channel.chatChannelId, rootId]);

  return (
    <Panel title={intl.formatMessage({ id: 'thread.title' })} onClose={onClose} testId="thread-panel">
      {view.kind === 'ready' ? (
        <Thread {...place} view={view} editingId={editingId} />
      ) : view.kind === 'failed' ? (
        <div className="flex flex-1 flex-col items-center gap-3 p-8 text-center text-soft">
          <FormattedMessage id="thread.failed" />
          <Button size="small" onClick={() => void client.threads.open(channel.chatChannelId, rootId)}>
            <FormattedMessage id="common.retry" />
          </Button>
        </div>
      ) : (
        <Spinner className="mx-auto mt-10 block size-6 flex-none text-soft" />
      )}
      {/* Also while the thread is read again after a reconnect: somebody may be writing. */}
      {view.kind !== 'failed' && composer}
    </Panel>
  );
}

function Thread({
  view,
  editingId,
  ...place
}: Place & { view: ThreadView & { kind: 'ready' }; editingId: number | null }) {
  const { client, channel } = place;
  const people = useStore(client.directory.store);
  const outbox = useStore(client.outbox.store);
  const wishes = useStore(client.changes.store);
  const marks = useStore(client.receipts.store, (all) => all.get(channel.chatChannelId));
  const online = useStore(client.connection.status, (status) => status.kind === 'online');
  const { actions, openSheet, dialog } = useMessageActions(place);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const rows = useMemo(() => {
    const pending = outbox.filter((entry) => entry.parentMessageId === view.rootId);
    const around = { wishes, marks };
    const only = (messages: ThreadView & { kind: 'ready' }): MessageRow[] =>
      [
        ...rowsOf(timelineFrom([messages.root], false, 0), [], client.userId, null, around),
        ...rowsOf(timelineFrom(messages.replies, false, 0), pending, client.userId, null, around),
      ].filter((row): row is MessageRow => row.kind === 'message');
    return only(view);
  }, [view, outbox, wishes, marks, client]);

  useEffect(() => client.directory.want(rows.map((row) => row.senderId)), [client, rows]);

  return (
    <div className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto" tabIndex={0} data-testid="thread">
      <ol
        className="pb-3"
        onPointerLeave={({ currentTarget }) => {
          // While a menu of the message is open, the pointer may go anywhere.
          if (!currentTarget.querySelector('[role=toolbar] [data-state=open]')) setActiveKey(null);
        }}
      >
        {rows.map((row, index) => (
          <li
            key={row.key}
            onPointerEnter={(event) => event.pointerType === 'mouse' && setActiveKey(row.key)}
            onFocus={() => setActiveKey(row.key)}
          >
            <MessageView
              client={client}
              row={row}
              senderName={people.get(row.senderId)?.displayName ?? null}
              parent={null}
              online={online}
              active={row.key === activeKey}
              editing={row.id === editingId}
              found={false}
              mayRemove={mayRemove(channel, row)}
              inThread
              actions={actions}
              onLongPress={openSheet}
            />
            {index === 0 && (
              <p className="mx-5 mt-3 mb-1 flex items-center gap-3 text-xs font-medium text-soft">
                <FormattedMessage id="thread.count" values={{ count: rows.length - 1 }} />
                <span className="flex-1 border-t border-line" />
                {view.hasMoreBefore && (
                  <button
                    type="button"
                    onClick={() => void client.threads.loadOlder()}
                    className="rounded text-accent hover:underline"
                  >
                    <FormattedMessage id="thread.older" />
                  </button>
                )}
              </p>
            )}
          </li>
        ))}
      </ol>
      {dialog}
    </div>
  );
}
