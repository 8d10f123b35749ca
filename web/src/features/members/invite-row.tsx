import { useEffect, useRef } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Invite } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { inputLook } from '../../ui/field';
import { toast } from '../../ui/toasts';

interface Props {
  client: HubbubClient;
  invite: Invite;
  link: string;
  busy: boolean;
  onWithdraw: () => void;
}

export function InviteRow({ client, invite, link, busy, onWithdraw }: Props) {
  const { userId, uses, maxUses, expiresAt } = invite;
  const intl = useIntl();
  const field = useRef<HTMLInputElement>(null);
  const guest = useStore(client.directory.store, (people) => people.get(userId ?? 0)?.displayName);

  useEffect(() => client.directory.want(userId === null ? [] : [userId]), [client, userId]);

  function copyLink(): void {
    copy(link).then(
      () => toast(intl.formatMessage({ id: 'message.linkCopied' })),
      // Ready for the keys that copy.
      () => field.current?.select(),
    );
  }

  return (
    <li className="space-y-2 py-3" data-testid="invite">
      <div className="flex gap-2">
        <input
          ref={field}
          readOnly
          value={link}
          aria-label={intl.formatMessage({ id: 'invites.link' })}
          onFocus={(event) => event.target.select()}
          className={`${inputLook} h-8 min-w-0 flex-1 px-2.5 text-sm`}
        />
        <Button size="small" onClick={copyLink}>
          <FormattedMessage id="message.copyLink" />
        </Button>
      </div>
      <div className="flex items-center gap-2 text-sm text-soft">
        <p className="min-w-0 flex-1">
          {userId !== null && guest && (
            <>
              <FormattedMessage id="invites.for" values={{ name: guest }} /> ·{' '}
            </>
          )}
          <FormattedMessage id="invites.row" values={{ uses, maxUses }} />
          {' · '}
          <FormattedMessage
            id="invites.until"
            values={{ date: intl.formatDate(expiresAt, { dateStyle: 'medium', timeStyle: 'short' }) }}
          />
        </p>
        <Button size="small" disabled={busy} onClick={onWithdraw} className="text-danger">
          <FormattedMessage id="invites.withdraw" />
        </Button>
      </div>
    </li>
  );
}
