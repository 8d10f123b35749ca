import { useEffect, useMemo } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { assertNever } from '../../realtime/assert-never';
import type { TimelineView } from '../../realtime/timelines';
import { Button, IconButton } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { AlertIcon, CloseIcon } from '../../ui/icons';
import { EmptyState } from '../../ui/notice';
import { toast } from '../../ui/toasts';
import { Announcer } from './announcer';
import { MessageList } from './message-list';
import { rowsOf } from './rows';
import type { Place } from './use-message-actions';
import { useNewMark } from './use-new-mark';

interface Props extends Place {
  editingId: number | null;
  /** A message that a link leads to. */
  linkedId: number | null;
  /** Another day is wanted, from the one given. */
  onPickDay: (day: Date) => void;
}

/** The messages of one channel. Mount it anew for another channel. */
export function Timeline(props: Props) {
  const { client, channel, linkedId } = props;
  const id = channel.chatChannelId;
  const view = useStore(client.timelines.store, (views) => views.get(id));
  const ready = view?.kind === 'ready';
  const intl = useIntl();
  const text = useErrorText();

  useEffect(() => client.open(id), [client, id]);

  useEffect(() => {
    if (!ready || linkedId === null) return;
    void client.timelines.jumpTo(id, linkedId).then((reply) => {
      if (reply.kind === 'refused') toast(text(reply.error));
    });
    // Each link is followed once, when there is a timeline to follow it in.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, id, ready, linkedId]);

  switch (view?.kind) {
    case undefined:
    case 'loading':
      return <TimelineSkeleton />;
    case 'failed':
      return (
        <EmptyState
          level={2}
          icon={<AlertIcon className="size-6" />}
          title={intl.formatMessage({ id: 'timeline.failed' })}
          text={text(view.error)}
        >
          <Button onClick={() => client.open(id)}>
            <FormattedMessage id="common.retry" />
          </Button>
        </EmptyState>
      );
    case 'ready':
      return <ReadyTimeline {...props} view={view} />;
    default:
      return assertNever(view);
  }
}

interface ReadyProps extends Props {
  view: Extract<TimelineView, { kind: 'ready' }>;
}

function ReadyTimeline({ view, ...place }: ReadyProps) {
  const { client, channel } = place;
  const id = channel.chatChannelId;
  const { timeline, wasReset } = view;
  const outbox = useStore(client.outbox.store);
  const wishes = useStore(client.changes.store);
  const marks = useStore(client.receipts.store, (all) => all.get(id));
  const newAfter = useNewMark(client, id);
  const rows = useMemo(
    () =>
      rowsOf(
        timeline,
        outbox.filter((entry) => entry.chatChannelId === id),
        client.userId,
        newAfter,
        { wishes, marks },
      ),
    [timeline, outbox, id, client, newAfter, wishes, marks],
  );

  useEffect(() => {
    client.directory.want(timeline.messages.map((message) => message.senderId));
  }, [client, timeline.messages]);

  return (
    <>
      {wasReset && <ResetNotice onDismiss={() => client.timelines.dismissReset(id)} />}
      <MessageList {...place} rows={rows} view={view} />
      <Announcer client={client} channelId={id} />
    </>
  );
}

function ResetNotice({ onDismiss }: { onDismiss: () => void }) {
  const intl = useIntl();
  return (
    <div
      role="status"
      className="flex items-center gap-2 border-b border-line bg-accent-wash ps-5 pe-2 text-sm"
      data-testid="history-reset"
    >
      <span className="flex-1 py-2">
        <FormattedMessage id="timeline.reset" />
      </span>
      <IconButton label={intl.formatMessage({ id: 'timeline.dismiss' })} onClick={onDismiss}>
        <CloseIcon className="size-4" />
      </IconButton>
    </div>
  );
}

function TimelineSkeleton() {
  return (
    <div role="status" className="flex min-h-0 flex-1 flex-col justify-end gap-6 overflow-hidden px-5 pb-6">
      <span className="sr-only">
        <FormattedMessage id="timeline.loading" />
      </span>
      {['w-2/5', 'w-3/5', 'w-1/3', 'w-1/2'].map((width, index) => (
        <div key={index} className="flex animate-late gap-3">
          <div className="size-9 animate-pulse-soft rounded-[30%] bg-pressed" />
          <div className="flex-1 animate-pulse-soft space-y-2 pt-1">
            <div className="h-3 w-28 rounded bg-pressed" />
            <div className={`h-3 rounded bg-pressed ${width}`} />
          </div>
        </div>
      ))}
    </div>
  );
}
