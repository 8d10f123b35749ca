import { memo, useEffect, useRef, type PointerEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { HubbubClient } from '../../realtime/client';
import { Avatar } from '../../ui/avatar';
import { ReplyIcon } from '../../ui/icons';
import { isStored, type MessageActions } from './actions';
import { DeliveryMark, Failed } from './delivery-mark';
import { EditBox } from './edit-box';
import { Markdown } from './markdown';
import { MessageToolbar } from './message-toolbar';
import { Reactions } from './reactions';
import type { MessageRow } from './rows';

const LONG_PRESS_MS = 450;

/** The message that this one answers, as far as it is known here. */
export interface Parent {
  readonly name: string;
  readonly text: string;
}

interface Props {
  client: HubbubClient;
  row: MessageRow;
  /** Null until the directory knows the sender. */
  senderName: string | null;
  parent: Parent | null;
  online: boolean;
  active: boolean;
  editing: boolean;
  found: boolean;
  mayRemove: boolean;
  /** Whether the answers are shown beside it already. */
  inThread: boolean;
  actions: MessageActions;
  onLongPress: (row: MessageRow) => void;
}

export const MessageView = memo(function MessageView(props: Props) {
  const { client, row, senderName, online, active, editing, found, mayRemove, inThread, actions } = props;
  const intl = useIntl();
  const press = useLongPress(() => isStored(row) && props.onLongPress(row));
  const name = senderName ?? intl.formatMessage({ id: 'message.unknownSender' }, { id: row.senderId });
  const time = intl.formatTime(row.at, { hour: 'numeric', minute: '2-digit' });
  const failed = row.delivery.kind === 'failed';
  const wash = failed ? 'bg-danger-wash/60' : found ? 'bg-warn-wash' : active ? 'bg-hover' : '';
  const article = useRef<HTMLElement>(null);

  // Whoever has the focus nowhere else is led to what was found.
  useEffect(() => {
    if (found && document.activeElement === document.body) article.current?.focus({ preventScroll: true });
  }, [found]);

  return (
    <article
      {...press}
      ref={article}
      tabIndex={-1}
      aria-label={`${name}, ${time}`}
      data-testid="message"
      data-state={row.delivery.kind}
      data-id={row.id}
      className={`group relative flex gap-3 px-4 -outline-offset-2 transition-colors duration-300 md:px-5 ${row.continues ? 'py-0.5' : 'pt-2 pb-0.5'} ${wash}`}
    >
      {row.continues ? (
        <time
          dateTime={row.at.toISOString()}
          className="-ms-4 w-13 shrink-0 pt-px text-end text-[0.6875rem] leading-5 whitespace-nowrap text-soft tabular-nums opacity-0 select-none group-focus-within:opacity-100 group-hover:opacity-100"
        >
          {time}
        </time>
      ) : (
        <Avatar id={row.senderId} name={name} className="mt-0.5 size-9 text-sm" />
      )}
      <div className="min-w-0 flex-1">
        {!row.continues && props.parent && !inThread && row.parentId !== null && (
          <ParentLine parent={props.parent} onOpen={() => actions.openThread(row.parentId ?? row.id)} />
        )}
        {!row.continues && (
          <p className="flex items-baseline gap-2 leading-5">
            <span className="truncate font-semibold" data-testid="message-author">
              {name}
            </span>
            <time dateTime={row.at.toISOString()} className="shrink-0 text-xs text-soft tabular-nums">
              {time}
            </time>
          </p>
        )}
        {editing ? (
          <EditBox
            content={row.content}
            onSave={(content) => actions.saveEdit(row, content)}
            onCancel={() => actions.edit(null)}
          />
        ) : (
          <Content row={row} />
        )}
        {row.reactions.length > 0 && (
          <Reactions
            client={client}
            reactions={row.reactions}
            active={active}
            onToggle={(reaction) => actions.react(row, reaction)}
          />
        )}
        {row.replies > 0 && !inThread && (
          <button
            type="button"
            tabIndex={active ? 0 : -1}
            onClick={() => actions.openThread(row.id)}
            data-testid="open-thread"
            className="mb-0.5 flex items-center gap-1.5 rounded text-[0.8125rem] font-medium text-accent hover:underline"
          >
            <ReplyIcon className="size-4 -scale-x-100" />
            <FormattedMessage id="message.replies" values={{ count: row.replies }} />
          </button>
        )}
        {row.delivery.kind === 'failed' && (
          <Failed
            delivery={row.delivery}
            onRetry={() => actions.retry(row.clientMessageId)}
            onDiscard={() => actions.discard(row.clientMessageId)}
          />
        )}
      </div>
      {!row.deleted && (
        <DeliveryMark
          delivery={row.delivery}
          active={active}
          online={online}
          onShow={() => actions.showReaders(row)}
        />
      )}
      {active && !editing && isStored(row) && (
        <MessageToolbar row={row} mayRemove={mayRemove} actions={actions} />
      )}
    </article>
  );
});

function Content({ row }: { row: MessageRow }) {
  return (
    <div data-testid="message-content" className={row.delivery.kind === 'sending' ? 'text-soft' : ''}>
      {row.deleted ? (
        <p className="text-soft italic">
          <FormattedMessage id="message.deleted" />
        </p>
      ) : (
        <Markdown text={row.content} />
      )}
      {row.edited && !row.deleted && (
        <span className="text-xs text-soft" data-testid="edited">
          <FormattedMessage id="message.edited" />
        </span>
      )}
    </div>
  );
}

function ParentLine({ parent, onOpen }: { parent: Parent; onOpen: () => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      onClick={onOpen}
      className="mb-0.5 flex max-w-full items-center gap-1.5 rounded text-[0.8125rem] text-soft hover:text-text"
    >
      <ReplyIcon className="size-3.5 shrink-0 -scale-x-100" />
      <span className="shrink-0 font-medium">{parent.name}</span>
      <span className="truncate">{parent.text}</span>
    </button>
  );
}

/** A finger that rests. One that moves scrolls. */
function useLongPress(act: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stop = (): void => clearTimeout(timer.current);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') timer.current = setTimeout(act, LONG_PRESS_MS);
    },
    onPointerUp: stop,
    onPointerMove: (event: PointerEvent) => {
      if (Math.abs(event.movementY) + Math.abs(event.movementX) > 3) stop();
    },
    onPointerCancel: stop,
  };
}
