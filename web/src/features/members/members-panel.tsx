import { useInfiniteQuery } from '@tanstack/react-query';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import type { ChannelState, Member } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/panel';
import { Spinner } from '../../ui/spinner';
import { AddMember } from './add-member';

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  onClose: () => void;
}

const mayAdd = ({ type, role }: ChannelState): boolean =>
  type === 'public' || (type === 'private' && (role === 'owner' || role === 'admin'));

export function MembersPanel({ api, client, channel, onClose }: Props) {
  const id = channel.chatChannelId;
  const intl = useIntl();
  const changes = useStore(client.membership.store, (map) => map.get(id) ?? 0);
  const pages = useInfiniteQuery({
    queryKey: ['members', id, changes],
    queryFn: async ({ pageParam }) => {
      const page = await api.members(id, pageParam);
      client.directory.learn(page.members.map((member) => member.user));
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (old) => old,
  });
  const members = pages.data?.pages.flatMap((page) => page.members) ?? [];

  return (
    <Panel title={intl.formatMessage({ id: 'members.title' })} onClose={onClose} testId="members-panel">
      {mayAdd(channel) && <AddMember api={api} channelId={id} onAdded={() => void pages.refetch()} />}
      <div className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
        {pages.isPending && <Spinner className="mx-auto mt-10 block size-6 text-soft" />}
        <ul>
          {members.map((member) => (
            <MemberRow key={member.user.id} member={member} me={client.userId} />
          ))}
        </ul>
        {pages.isError && (
          <Button size="small" onClick={() => void pages.refetch()} className="mx-auto flex">
            <FormattedMessage id="common.retry" />
          </Button>
        )}
        {pages.hasNextPage && (
          <Button
            size="small"
            busy={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
            className="mx-auto my-2 flex"
          >
            <FormattedMessage id="members.more" />
          </Button>
        )}
      </div>
    </Panel>
  );
}

function MemberRow({ member: { user, role }, me }: { member: Member; me: number }) {
  return (
    <li className="flex items-center gap-2.5 rounded-lg px-2 py-1.5" data-testid="member">
      <Avatar id={user.id} name={user.displayName} className="size-8 text-xs" />
      <span className="min-w-0 flex-1 leading-tight">
        <span className="block truncate text-sm font-medium">
          {user.displayName}
          {user.id === me && (
            <span className="font-normal text-soft">
              {' '}
              (<FormattedMessage id="members.you" />)
            </span>
          )}
        </span>
        <span className="block truncate text-xs text-soft">@{user.username}</span>
      </span>
      {role !== 'member' && (
        <span className="rounded-md border border-line px-1.5 py-0.5 text-xs text-soft">
          <FormattedMessage id={role === 'owner' ? 'members.owner' : 'members.admin'} />
        </span>
      )}
    </li>
  );
}
