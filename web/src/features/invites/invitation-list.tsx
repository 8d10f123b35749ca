import { useId, useLayoutEffect, useRef } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import type { Invitation } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { LockIcon } from '../../ui/icons';
import { InvitationAnswer } from './invitation-answer';

interface Props {
  api: Api;
  client: HubbubClient;
  invitations: readonly Invitation[];
  onAccepted: (channelId: number) => void;
}

/** The private channels that others want the user in, for the sidebar. Nothing when there are none. */
export function InvitationList({ invitations, ...rest }: Props) {
  const title = useId();
  if (invitations.length === 0) return null;
  return (
    <section aria-labelledby={title} className="mb-4" data-testid="invitations">
      <h2 id={title} className="flex items-center gap-1.5 px-2 pb-1.5 text-xs font-semibold text-soft">
        <FormattedMessage id="invitations.title" />{' '}
        <span className="min-w-5 rounded-full bg-accent px-1.5 text-center leading-5 text-on-accent tabular-nums">
          {invitations.length}
        </span>
      </h2>
      {/* However many there are, the channels stay in reach. */}
      <ul className="max-h-[45vh] space-y-1.5 overflow-y-auto">
        {invitations.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} {...rest} />
        ))}
      </ul>
    </section>
  );
}

function InvitationRow({
  invitation,
  ...rest
}: Omit<Props, 'invitations'> & {
  invitation: Invitation;
}) {
  const { channel, invitedBy, expiresAt } = invitation;
  const intl = useIntl();
  const row = useRef<HTMLLIElement>(null);

  useLayoutEffect(() => {
    const element = row.current;
    return () => passFocusOn(element);
  }, []);

  return (
    <li
      ref={row}
      tabIndex={-1}
      className="space-y-2 rounded-xl border border-line bg-raised p-2.5 text-sm -outline-offset-2"
      data-testid="invitation"
    >
      <p className="flex items-start gap-2 font-medium">
        <LockIcon className="mt-0.5 size-4 opacity-80" />
        <span className="line-clamp-2 min-w-0 wrap-anywhere">{channel.name}</span>
      </p>
      <p className="text-xs wrap-anywhere text-soft">
        <FormattedMessage
          id="invitations.by"
          values={{ name: invitedBy.displayName, username: invitedBy.username }}
        />
        <br />
        <FormattedMessage
          id="invitations.until"
          values={{ date: intl.formatDate(expiresAt, { dateStyle: 'medium', timeStyle: 'short' }) }}
        />
      </p>
      <InvitationAnswer {...rest} invitation={invitation} size="small" />
    </li>
  );
}

/** Whoever answered by a key goes on from the next invitation, but not from its buttons: a key pressed twice answers once. */
function passFocusOn(row: HTMLLIElement | null): void {
  const answered = row?.querySelector('[aria-busy=true]');
  const focused = document.activeElement;
  if (!answered || (focused !== document.body && !row?.contains(focused))) return;
  const next = row?.nextElementSibling ?? row?.previousElementSibling ?? document.getElementById('main');
  if (next instanceof HTMLElement) next.focus();
}
