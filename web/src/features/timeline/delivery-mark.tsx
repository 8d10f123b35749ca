import { FormattedMessage, useIntl } from 'react-intl';
import { useErrorText } from '../../ui/error-text';
import { AlertIcon, CheckIcon, ChecksIcon, ClockIcon } from '../../ui/icons';
import type { Delivery } from './rows';

/** How far one's own message has come. Once sent, it tells who has read it. */
export function DeliveryMark({
  delivery,
  online,
  active,
  onShow,
}: {
  delivery: Delivery;
  active: boolean;
  online: boolean;
  onShow: () => void;
}) {
  const intl = useIntl();
  if (delivery.kind === 'received' || delivery.kind === 'failed') return null;
  if (delivery.kind === 'sending') {
    const label = intl.formatMessage({ id: online ? 'message.sending' : 'message.waiting' });
    return (
      <span role="img" aria-label={label} title={label} className="mt-auto animate-late pb-0.5 text-soft">
        <ClockIcon className="size-4" />
      </span>
    );
  }
  const label = intl.formatMessage({ id: `message.${delivery.kind}` });
  const Icon = delivery.kind === 'sent' ? CheckIcon : ChecksIcon;
  return (
    <button
      type="button"
      tabIndex={active ? 0 : -1}
      onClick={onShow}
      aria-label={label}
      title={label}
      data-testid="delivery"
      className={`mt-auto inline-flex size-6 items-center justify-center rounded ${delivery.kind === 'read' ? 'text-accent' : 'text-soft'}`}
    >
      <Icon className="size-4" />
    </button>
  );
}

interface FailedProps {
  delivery: Delivery & { kind: 'failed' };
  onRetry: () => void;
  onDiscard: () => void;
}

export function Failed({ delivery, onRetry, onDiscard }: FailedProps) {
  const text = useErrorText();
  const look = 'rounded font-semibold underline underline-offset-2 hover:no-underline';
  return (
    <div role="alert" className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 pb-1 text-sm text-danger">
      <span className="flex items-center gap-1.5">
        <AlertIcon className="size-4" />
        <FormattedMessage id="message.failed" values={{ reason: text(delivery.error) }} />
      </span>
      <button type="button" onClick={onRetry} className={look}>
        <FormattedMessage id="message.retry" />
      </button>
      <button type="button" onClick={onDiscard} className={look}>
        <FormattedMessage id="message.discard" />
      </button>
    </div>
  );
}
