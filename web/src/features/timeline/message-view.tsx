import { memo } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { assertNever } from '../../realtime/assert-never';
import { Avatar } from '../../ui/avatar';
import { useErrorText } from '../../ui/error-text';
import { AlertIcon, CheckIcon, ClockIcon } from '../../ui/icons';
import { Markdown } from './markdown';
import type { Delivery, MessageRow } from './rows';

interface Props {
  row: MessageRow;
  /** Null until the directory knows the sender. */
  senderName: string | null;
  online: boolean;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
}

export const MessageView = memo(function MessageView({ row, senderName, online, onRetry, onDiscard }: Props) {
  const intl = useIntl();
  const name = senderName ?? intl.formatMessage({ id: 'message.unknownSender' }, { id: row.senderId });
  const time = intl.formatTime(row.at, { hour: 'numeric', minute: '2-digit' });
  const failed = row.delivery.kind === 'failed';
  return (
    <article
      aria-label={`${name}, ${time}`}
      data-testid="message"
      data-state={row.delivery.kind}
      className={`group flex gap-3 px-4 md:px-5 ${row.continues ? 'py-0.5' : 'pt-2 pb-0.5'} ${failed ? 'bg-danger-wash/60' : 'hover:bg-hover'}`}
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
        <div data-testid="message-content" className={row.delivery.kind === 'sending' ? 'text-soft' : ''}>
          {row.deleted ? (
            <p className="text-soft italic">
              <FormattedMessage id="message.deleted" />
            </p>
          ) : (
            <Markdown text={row.content} />
          )}
          {row.edited && !row.deleted && (
            <span className="text-xs text-soft">
              <FormattedMessage id="message.edited" />
            </span>
          )}
        </div>
        {row.delivery.kind === 'failed' && (
          <Failed
            delivery={row.delivery}
            onRetry={() => onRetry(row.clientMessageId)}
            onDiscard={() => onDiscard(row.clientMessageId)}
          />
        )}
      </div>
      {!row.deleted && <DeliveryMark delivery={row.delivery} online={online} />}
    </article>
  );
});

function DeliveryMark({ delivery, online }: { delivery: Delivery; online: boolean }) {
  const intl = useIntl();
  switch (delivery.kind) {
    case 'received':
    case 'failed':
      return null;
    case 'sending': {
      const label = intl.formatMessage({ id: online ? 'message.sending' : 'message.waiting' });
      return (
        <span role="img" aria-label={label} title={label} className="mt-auto animate-late pb-0.5 text-soft">
          <ClockIcon className="size-4" />
        </span>
      );
    }
    case 'sent': {
      const label = intl.formatMessage({ id: 'message.sent' });
      return (
        <span role="img" aria-label={label} title={label} className="mt-auto pb-0.5 text-soft/70">
          <CheckIcon className="size-4" />
        </span>
      );
    }
    default:
      return assertNever(delivery);
  }
}

interface FailedProps {
  delivery: Delivery & { kind: 'failed' };
  onRetry: () => void;
  onDiscard: () => void;
}

function Failed({ delivery, onRetry, onDiscard }: FailedProps) {
  const text = useErrorText();
  return (
    <div role="alert" className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 pb-1 text-sm text-danger">
      <span className="flex items-center gap-1.5">
        <AlertIcon className="size-4" />
        <FormattedMessage id="message.failed" values={{ reason: text(delivery.error) }} />
      </span>
      <button
        type="button"
        onClick={onRetry}
        className="rounded font-semibold underline underline-offset-2 hover:no-underline"
      >
        <FormattedMessage id="message.retry" />
      </button>
      <button
        type="button"
        onClick={onDiscard}
        className="rounded font-semibold underline underline-offset-2 hover:no-underline"
      >
        <FormattedMessage id="message.discard" />
      </button>
    </div>
  );
}
