import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ChannelState, ErrorBody } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Button } from '../../ui/button';
import { channelTitle } from '../../ui/channel-icon';
import { Choice } from '../../ui/choice';
import { useErrorText } from '../../ui/error-text';
import { Modal } from '../../ui/modal';
import { Notice } from '../../ui/notice';
import { Spinner } from '../../ui/spinner';
import { InviteRow } from './invite-row';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  linkTo: (code: string) => string;
  onClose: () => void;
}

/** The links that let people into a private channel: to make, to give away, to withdraw. */
export function InvitesDialog({ api, client, channel, linkTo, onClose }: Props) {
  const id = channel.chatChannelId;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const intl = useIntl();
  const text = useErrorText();
  const invites = useQuery({ queryKey: ['invites', id], queryFn: () => api.invites(id), staleTime: 0 });
  const newestFirst = [...(invites.data?.invites ?? [])].sort((a, b) => b.id - a.id);

  async function change(act: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await act();
      await invites.refetch();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown.body);
    }
    setBusy(false);
  }

  return (
    <Modal
      title={intl.formatMessage({ id: 'invites.title' })}
      lead={intl.formatMessage({ id: 'invites.lead' }, { name: channelTitle(channel) })}
      onClose={onClose}
    >
      <div className="min-h-0 space-y-4 overflow-y-auto px-6 pt-1 pb-6" tabIndex={0} data-testid="invites">
        {error && <Notice>{text(error)}</Notice>}
        <NewInvite
          busy={busy}
          onCreate={(expiresInSeconds, maxUses) =>
            void change(() => api.createInvite(id, { expiresInSeconds, maxUses }))
          }
        />
        {invites.isPending && <Spinner className="mx-auto block size-6 text-soft" />}
        {invites.isError && (
          <Button size="small" onClick={() => void invites.refetch()}>
            <FormattedMessage id="common.retry" />
          </Button>
        )}
        {invites.isSuccess && newestFirst.length === 0 && (
          <p className="text-sm text-soft">
            <FormattedMessage id="invites.none" />
          </p>
        )}
        <ul className="divide-y divide-line">
          {newestFirst.map((invite) => (
            <InviteRow
              key={invite.id}
              client={client}
              invite={invite}
              link={linkTo(invite.code)}
              busy={busy}
              onWithdraw={() => void change(() => api.withdrawInvite(id, invite.id))}
            />
          ))}
        </ul>
      </div>
    </Modal>
  );
}

function NewInvite({
  busy,
  onCreate,
}: {
  busy: boolean;
  onCreate: (expiresInSeconds: number, maxUses: number) => void;
}) {
  const [expires, setExpires] = useState(7 * DAY_S);
  const [uses, setUses] = useState(1);
  const intl = useIntl();
  const days = (count: number) => ({
    value: count * DAY_S,
    text: intl.formatMessage({ id: 'invites.days' }, { count }),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    onCreate(expires, uses);
  }

  return (
    <form onSubmit={submit} className="space-y-3">
      <div className="flex gap-3">
        <Choice
          label={intl.formatMessage({ id: 'invites.expires' })}
          value={expires}
          options={[
            { value: HOUR_S, text: intl.formatMessage({ id: 'invites.hours' }, { count: 1 }) },
            ...[1, 7, 30].map(days),
          ]}
          onChange={setExpires}
        />
        <Choice
          label={intl.formatMessage({ id: 'invites.uses' })}
          value={uses}
          options={[1, 10, 100, 1000].map((count) => ({
            value: count,
            text: intl.formatMessage({ id: 'invites.times' }, { count }),
          }))}
          onChange={setUses}
        />
      </div>
      <Button type="submit" look="primary" busy={busy}>
        <FormattedMessage id="invites.create" />
      </Button>
    </form>
  );
}
