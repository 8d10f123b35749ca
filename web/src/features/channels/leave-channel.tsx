import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { ChannelState, ErrorBody } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Button } from '../../ui/button';
import { channelTitle } from '../../ui/channel-icon';
import { useErrorText } from '../../ui/error-text';
import { Modal } from '../../ui/modal';
import { Notice } from '../../ui/notice';

interface Props {
  client: HubbubClient;
  channel: ChannelState;
  onClose: () => void;
}

export function LeaveChannel({ client, channel, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Pick<ErrorBody, 'code'> | null>(null);
  const intl = useIntl();
  const text = useErrorText();

  async function leave(): Promise<void> {
    setBusy(true);
    setError(null);
    const reply = await client.leave(channel.chatChannelId);
    if (reply.kind === 'ok') {
      window.location.hash = '#/';
      return;
    }
    setError(reply.kind === 'refused' ? reply.error : { code: 'client.unreachable' });
    setBusy(false);
  }

  return (
    <Modal
      title={intl.formatMessage({ id: 'channel.leave.title' }, { name: channelTitle(channel) })}
      lead={intl.formatMessage({
        id: channel.type === 'public' ? 'channel.leave.public' : 'channel.leave.private',
      })}
      onClose={onClose}
    >
      <div className="space-y-4 px-6 pb-6">
        {error && <Notice>{text(error)}</Notice>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <FormattedMessage id="common.cancel" />
          </Button>
          <Button look="danger" busy={busy} onClick={() => void leave()}>
            <FormattedMessage id="channel.leave.confirm" />
          </Button>
        </div>
      </div>
    </Modal>
  );
}
