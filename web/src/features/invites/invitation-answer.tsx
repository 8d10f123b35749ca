import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ErrorBody, Invitation } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Notice } from '../../ui/notice';
import { toast } from '../../ui/toasts';

interface Props {
  api: Api;
  client: HubbubClient;
  invitation: Invitation;
  size?: 'normal' | 'small';
  onAccepted: (channelId: number) => void;
  onDeclined?: () => void;
}

/** Accept and Decline. The invitation goes from the client's list with the answer, and with it whatever shows it. */
export function InvitationAnswer({
  api,
  client,
  invitation,
  size = 'normal',
  onAccepted,
  onDeclined,
}: Props) {
  const { id, code, channel } = invitation;
  const [doing, setDoing] = useState<'accept' | 'decline' | null>(null);
  const [error, setError] = useState<ErrorBody | null>(null);
  const intl = useIntl();
  const text = useErrorText();
  const named = { name: channel.name };

  async function answer(how: 'accept' | 'decline', act: () => Promise<void>): Promise<void> {
    setDoing(how);
    setError(null);
    try {
      await act();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      if (thrown.body.code === 'invite.not_found') {
        toast(text(thrown.body));
        client.invitations.remove(id);
      } else setError(thrown.body);
      setDoing(null);
    }
  }

  async function accept(): Promise<void> {
    const { state } = await api.acceptInvite(code);
    client.addChannel(state);
    onAccepted(state.chatChannelId);
  }

  async function decline(): Promise<void> {
    await api.declineInvitation(id);
    toast(intl.formatMessage({ id: 'invitations.declined' }, named));
    client.invitations.remove(id);
    onDeclined?.();
  }

  return (
    <>
      {error && <Notice>{text(error)}</Notice>}
      <div className="flex gap-2">
        <Button
          look="primary"
          size={size}
          className="flex-1"
          busy={doing === 'accept'}
          disabled={doing !== null}
          aria-label={intl.formatMessage({ id: 'invitations.acceptNamed' }, named)}
          onClick={() => void answer('accept', accept)}
        >
          <FormattedMessage id="invitations.accept" />
        </Button>
        <Button
          size={size}
          className="flex-1"
          busy={doing === 'decline'}
          disabled={doing !== null}
          aria-label={intl.formatMessage({ id: 'invitations.declineNamed' }, named)}
          onClick={() => void answer('decline', decline)}
        >
          <FormattedMessage id="invitations.decline" />
        </Button>
      </div>
    </>
  );
}
