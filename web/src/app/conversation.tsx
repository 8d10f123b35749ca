import { useCallback, useState, type ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import type { Api } from '../api/api';
import { ChannelDetails } from '../features/channels/channel-details';
import { ChannelHeader } from '../features/channels/channel-header';
import { Composer } from '../features/composer/composer';
import { MembersPanel } from '../features/members/members-panel';
import { GoToDate } from '../features/timeline/go-to-date';
import { SearchPanel } from '../features/search/search-panel';
import { ThreadPanel } from '../features/timeline/thread-panel';
import { Timeline } from '../features/timeline/timeline';
import { TypingLine } from '../features/timeline/typing-line';
import type { ChannelState } from '../generated/types';
import type { HubbubClient } from '../realtime/client';
import { channelRoute, go, linkTo, type Panel } from './route';

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  messageId: number | null;
  panel: Panel | null;
}

/** One channel and what stands beside it. Mount it anew for another channel. */
export function Conversation({ api, client, channel, messageId, panel }: Props) {
  const id = channel.chatChannelId;
  const [editing, setEditing] = useState<{ where: 'channel' | 'thread'; id: number } | null>(null);
  const [picking, setPicking] = useState<Date | null>(null);
  const show = useCallback((wanted: Panel | null): void => go({ ...channelRoute(id), panel: wanted }), [id]);
  const close = (): void => show(null);
  const toggle = (kind: 'members'): void => show(panel?.kind === kind ? null : { kind });
  const openThread = useCallback((root: number) => show({ kind: 'thread', messageId: root }), [show]);
  const linkToMessage = useCallback(
    (message: number) => linkTo({ ...channelRoute(id), messageId: message }),
    [id],
  );
  const editIn = useEditing(setEditing);
  const place = { client, channel, onOpenThread: openThread, linkTo: linkToMessage };

  function panelView(): ReactNode {
    switch (panel?.kind) {
      case 'members':
        return (
          <MembersPanel
            api={api}
            client={client}
            channel={channel}
            onClose={close}
            onOpen={(other) => go(channelRoute(other))}
            linkToInvite={(code) => linkTo({ ...channelRoute(null), invite: code })}
          />
        );
      case 'search':
        return (
          <SearchPanel
            api={api}
            client={client}
            channel={channel}
            onClose={close}
            onOpen={(message) => go({ ...channelRoute(message.chatChannelId), messageId: message.id })}
          />
        );
      case 'details':
        return <ChannelDetails api={api} client={client} channel={channel} onClose={close} />;
      case 'thread':
        return (
          <ThreadPanel
            {...place}
            key={panel.messageId}
            rootId={panel.messageId}
            editingId={editing?.where === 'thread' ? editing.id : null}
            onEdit={editIn.thread}
            onClose={close}
            composer={
              <Composer
                api={api}
                client={client}
                channel={channel}
                parentMessageId={panel.messageId}
                onEditLast={() => editIn.thread(client.lastOwn(id, panel.messageId))}
              />
            }
          />
        );
      default:
        return null;
    }
  }

  const aside = panelView();
  return (
    <>
      <div className={`flex min-w-0 flex-1 flex-col ${aside ? 'max-[56rem]:hidden' : ''}`}>
        <ChannelHeader
          api={api}
          client={client}
          channel={channel}
          membersShown={panel?.kind === 'members'}
          onToggleMembers={() => toggle('members')}
          onDetails={() => show({ kind: 'details' })}
          onSearch={() => show({ kind: 'search' })}
          onGoToDate={() => setPicking(new Date())}
        />
        <Timeline
          {...place}
          editingId={editing?.where === 'channel' ? editing.id : null}
          onEdit={editIn.channel}
          linkedId={messageId}
          onPickDay={setPicking}
        />
        <TypingLine client={client} channelId={id} />
        {channel.archivedAt ? (
          <p className="border-t border-line px-5 py-4 text-center text-sm text-soft" data-testid="archived">
            <FormattedMessage id="channel.archived" />
          </p>
        ) : (
          <Composer
            api={api}
            client={client}
            channel={channel}
            onEditLast={() => editIn.channel(client.lastOwn(id))}
          />
        )}
      </div>
      {aside && (
        <div className="w-full min-w-0 border-line min-[56rem]:w-80 min-[56rem]:shrink-0 min-[56rem]:border-s xl:min-[56rem]:w-96">
          {aside}
        </div>
      )}
      {picking && (
        <GoToDate
          api={api}
          channel={channel}
          from={picking}
          onFound={(message) => {
            setPicking(null);
            // The address may say so already, of a jump before.
            if (message.id === messageId) void client.timelines.jumpTo(id, message.id);
            else go({ ...channelRoute(id), messageId: message.id, panel });
          }}
          onClose={() => setPicking(null)}
        />
      )}
    </>
  );
}

type Editing = { where: 'channel' | 'thread'; id: number } | null;

/** A message is changed where one began to: it may stand in the channel and in its thread at once. */
function useEditing(setEditing: (editing: Editing) => void) {
  const begin = (where: 'channel' | 'thread') => (id: number | null) =>
    setEditing(id === null ? null : { where, id });
  const [inChannel] = useState(() => begin('channel'));
  const [inThread] = useState(() => begin('thread'));
  return { channel: inChannel, thread: inThread };
}
