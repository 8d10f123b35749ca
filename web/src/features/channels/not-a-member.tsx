import { useQuery } from '@tanstack/react-query';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import type { HubbubClient } from '../../realtime/client';
import { Button } from '../../ui/button';
import { channelTitle } from '../../ui/channel-icon';
import { useErrorText } from '../../ui/error-text';
import { HashIcon, LockIcon } from '../../ui/icons';
import { EmptyState, Notice } from '../../ui/notice';
import { Spinner } from '../../ui/spinner';
import { useJoin } from './use-join';

/** A link led to a channel that is not among the user's: offers to join it, or says that it is not there. */
export function NotAMember({
  api,
  client,
  channelId,
}: {
  api: Api;
  client: HubbubClient;
  channelId: number;
}) {
  const intl = useIntl();
  const text = useErrorText();
  const join = useJoin(client, () => undefined);
  const found = useQuery({
    queryKey: ['channel', channelId, 'outside'],
    queryFn: () => api.channel(channelId),
    retry: false,
  });

  if (found.isPending) return <Spinner className="m-auto size-6 text-soft" />;
  if (!found.data || found.data.channel.archivedAt !== null) {
    return (
      <EmptyState
        icon={<LockIcon className="size-6" />}
        title={intl.formatMessage({ id: 'channel.gone.title' })}
        text={intl.formatMessage({ id: 'channel.gone.text' })}
      >
        <a href="#/" className="font-medium text-accent hover:underline">
          <FormattedMessage id="channel.gone.back" />
        </a>
      </EmptyState>
    );
  }
  const name = channelTitle(found.data.channel);
  return (
    <EmptyState
      icon={<HashIcon className="size-6" />}
      title={intl.formatMessage({ id: 'channel.join.title' }, { name })}
      text={intl.formatMessage({ id: 'channel.join.text' })}
    >
      {join.error && <Notice>{text(join.error)}</Notice>}
      <Button look="primary" busy={join.joining !== null} onClick={() => void join.join(channelId)}>
        <FormattedMessage id="channel.join" />
      </Button>
    </EmptyState>
  );
}
