import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import type { ChannelState } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { may } from '../../realtime/permissions';
import { Button } from '../../ui/button';
import { lazyPart } from '../../ui/lazy-part';
import { Panel } from '../../ui/panel';
import { Spinner } from '../../ui/spinner';
import { LinkIcon } from '../../ui/icons';
import { AddMember } from './add-member';
import { MemberRow } from './member-row';

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  onClose: () => void;
  onOpen: (channelId: number) => void;
  linkToInvite: (code: string) => string;
}

const InvitesDialog = lazyPart(async () => (await import('./invites-dialog')).InvitesDialog);

export function MembersPanel({ api, client, channel, onClose, onOpen, linkToInvite }: Props) {
  const id = channel.chatChannelId;
  const [inviting, setInviting] = useState(false);
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
      {may('add', channel) && <AddMember api={api} channelId={id} onAdded={() => void pages.refetch()} />}
      {may('invite', channel) && (
        <div className="border-b border-line px-4 py-2.5">
          <Button size="small" onClick={() => setInviting(true)} className="w-full">
            <LinkIcon className="size-4" />
            <FormattedMessage id="members.invite" />
          </Button>
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
        {pages.isPending && <Spinner className="mx-auto mt-10 block size-6 text-soft" />}
        <ul>
          {members.map((member) => (
            <MemberRow
              key={member.user.id}
              api={api}
              channel={channel}
              member={member}
              me={client.userId}
              onChanged={() => void pages.refetch()}
              onMessage={async (userId) => {
                const { state } = await api.openDirect(userId);
                client.addChannel(state);
                onOpen(state.chatChannelId);
              }}
            />
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
      {inviting && (
        <InvitesDialog
          api={api}
          client={client}
          channel={channel}
          linkTo={linkToInvite}
          onClose={() => setInviting(false)}
        />
      )}
    </Panel>
  );
}
