import { useIntl } from 'react-intl';

import type { PresenceStatus as Status } from '../generated/types';

const looks: Readonly<Record<Status, string>> = {
  online: 'bg-online border-online',
  away: 'border-away bg-away',
  dnd: 'border-danger bg-danger',
  offline: 'border-edge bg-transparent',
};

/** Whether somebody is there. The shape differs too: a ring is nobody. */
export function StatusDot({ status, className = '' }: { status: Status; className?: string }) {
  const intl = useIntl();
  const label = intl.formatMessage({ id: `presence.${status}` });
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      data-testid="presence"
      data-status={status}
      className={`inline-block size-2.5 shrink-0 rounded-full border-2 forced-color-adjust-none ${looks[status]} ${className}`}
    />
  );
}
