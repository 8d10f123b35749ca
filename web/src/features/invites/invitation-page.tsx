import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import type { Invitation } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { LockIcon } from '../../ui/icons';
import { EmptyState } from '../../ui/notice';
import { InvitationAnswer } from './invitation-answer';

interface Props {
  api: Api;
  client: HubbubClient;
  invitation: Invitation;
  onAccepted: (channelId: number) => void;
  onDeclined: () => void;
}

/** In the place of a channel to which a notification or a link led, until one is in. */
export function InvitationPage({ invitation, ...rest }: Props) {
  const { channel, invitedBy } = invitation;
  const intl = useIntl();
  return (
    <EmptyState
      icon={<LockIcon className="size-6" />}
      title={intl.formatMessage(
        { id: 'invitations.news' },
        { name: invitedBy.displayName, username: invitedBy.username, channel: channel.name },
      )}
      text={channel.topic ?? ''}
    >
      <InvitationAnswer {...rest} invitation={invitation} />
      {/* Where the list is not beside it: the answer can wait. */}
      <a href="#/" className="mt-2 w-full font-medium text-accent hover:underline md:hidden">
        <FormattedMessage id="channel.gone.back" />
      </a>
    </EmptyState>
  );
}
