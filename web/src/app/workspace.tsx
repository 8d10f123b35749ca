import { useCallback, useEffect, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../api/api';
import { BrowseChannels } from '../features/channels/browse-channels';
import { CreateChannel } from '../features/channels/create-channel';
import { NotAMember } from '../features/channels/not-a-member';
import { Sidebar } from '../features/channels/sidebar';
import { ConnectionBanner } from '../features/connection/connection-banner';
import { AcceptInvite } from '../features/invites/accept-invite';
import { InvitationList } from '../features/invites/invitation-list';
import { InvitationPage } from '../features/invites/invitation-page';
import { AlertItems } from '../features/notifications/alert-items';
import { StatusItems } from '../features/presence/status-items';
import { useAlerts } from '../features/notifications/use-alerts';
import type { ChannelState, User } from '../generated/types';
import { unreadInAll, type ChannelList } from '../realtime/channel-list';
import type { HubbubClient } from '../realtime/client';
import { openInvitations } from '../realtime/invitations';
import { local } from '../storage/local';
import { Button } from '../ui/button';
import { HashIcon, PersonIcon } from '../ui/icons';
import { MenuItem, MenuSeparator } from '../ui/menu';
import { EmptyState } from '../ui/notice';
import { lazyPart } from '../ui/lazy-part';
import { useWide } from '../ui/use-media';
import { Toasts } from '../ui/toasts';
import { Conversation } from './conversation';
import { channelRoute, go, useRoute } from './route';
import { useShortcuts } from './use-shortcuts';
import { useUnreadBadge } from './use-unread-badge';

interface Props {
  api: Api;
  client: HubbubClient;
  user: User;
  onSignOut: () => void;
}

const Switcher = lazyPart(async () => (await import('../features/switcher/switcher')).Switcher);
const AccountDialog = lazyPart(
  async () => (await import('../features/account/account-dialog')).AccountDialog,
);
const ShortcutsHelp = lazyPart(
  async () => (await import('../features/switcher/shortcuts-help')).ShortcutsHelp,
);

type Dialog = 'none' | 'create' | 'browse' | 'switcher' | 'help' | 'account';

const lastKey = (userId: number): string => `hubbub.channel.${userId}`;

export function Workspace({ api, client, user, onSignOut }: Props) {
  const { channelId, messageId, panel, invite } = useRoute();
  const list = useStore(client.channels);
  const invitations = openInvitations(useStore(client.invitations.store), list);
  const invitation = invitations.find(({ channel: { id } }) => id === channelId);
  const waiting = unreadInAll(list) + invitations.length;
  const [dialog, setDialog] = useState<Dialog>('none');
  const wide = useWide();
  const channel = channelId === null ? undefined : list.byId.get(channelId);

  useTitle(waiting, channel);
  useFirstChannel(list, channelId, wide && invite === null, user.id);

  const intl = useIntl();
  const open = (id: number): void => {
    setDialog('none');
    go(channelRoute(id));
  };
  const onSwitcher = useCallback(() => setDialog('switcher'), []);
  const onHelp = useCallback(() => setDialog('help'), []);
  useShortcuts({ client, channelId, locale: intl.locale, onSwitcher, onHelp });
  useAlerts(client, channelId, open);
  useUnreadBadge(waiting);
  const showSidebar = wide || (channelId === null && invite === null);
  const alone = !wide && showSidebar;
  const Side = alone ? 'main' : 'div';

  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-accent focus:px-4 focus:py-2 focus:text-on-accent"
      >
        <FormattedMessage id="app.skip" />
      </a>
      <ConnectionBanner connection={client.connection} />
      <div className="flex min-h-0 flex-1">
        {showSidebar && (
          <Side
            {...(alone ? { id: 'main', tabIndex: -1 } : {})}
            className="w-full shrink-0 border-line md:w-64 md:border-e lg:w-68"
          >
            <Sidebar
              client={client}
              user={user}
              currentId={channelId}
              onCreate={() => setDialog('create')}
              onBrowse={() => setDialog('browse')}
              onSignOut={onSignOut}
              invitations={
                <InvitationList api={api} client={client} invitations={invitations} onAccepted={open} />
              }
              menu={
                <>
                  <StatusItems />
                  <AlertItems />
                  <MenuItem icon={<PersonIcon className="size-4.5" />} onSelect={() => setDialog('account')}>
                    <FormattedMessage id="account.title" />
                  </MenuItem>
                  <MenuSeparator />
                </>
              }
              alone={alone}
            />
          </Side>
        )}
        {!alone && (
          <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 outline-none">
            {invite !== null ? (
              <AcceptInvite
                key={invite}
                api={api}
                code={invite}
                onAccepted={(entered) => {
                  client.addChannel(entered);
                  go(channelRoute(entered.chatChannelId), 'replace');
                }}
                onRefused={() => go(channelRoute(null), 'replace')}
              />
            ) : channel ? (
              <Conversation
                key={channel.chatChannelId}
                api={api}
                client={client}
                channel={channel}
                messageId={messageId}
                panel={panel}
              />
            ) : invitation ? (
              <InvitationPage
                key={invitation.id}
                api={api}
                client={client}
                invitation={invitation}
                onAccepted={open}
                onDeclined={() => go(channelRoute(null), 'replace')}
              />
            ) : channelId !== null && list.known ? (
              <NotAMember key={channelId} api={api} client={client} channelId={channelId} />
            ) : list.known ? (
              <NoChannel
                user={user}
                any={list.byId.size > 0}
                onCreate={() => setDialog('create')}
                onBrowse={() => setDialog('browse')}
              />
            ) : (
              // The banner and the list say that the page is on its way; its heading is for those who do not see them.
              <h1 className="sr-only">
                <FormattedMessage id="common.loading" />
              </h1>
            )}
          </main>
        )}
      </div>
      {dialog === 'create' && (
        <CreateChannel
          api={api}
          onCreated={(created) => {
            client.addChannel(created);
            open(created.chatChannelId);
          }}
          onClose={() => setDialog('none')}
        />
      )}
      {dialog === 'browse' && (
        <BrowseChannels api={api} client={client} onOpen={open} onClose={() => setDialog('none')} />
      )}
      {dialog === 'switcher' && (
        <Switcher
          client={client}
          commands={[
            {
              id: 'browse',
              text: intl.formatMessage({ id: 'channels.browse' }),
              run: () => setDialog('browse'),
            },
            {
              id: 'create',
              text: intl.formatMessage({ id: 'channels.create' }),
              run: () => setDialog('create'),
            },
            { id: 'help', text: intl.formatMessage({ id: 'help.title' }), run: onHelp },
          ]}
          onOpen={open}
          onClose={() => setDialog('none')}
        />
      )}
      {dialog === 'account' && (
        <AccountDialog
          api={api}
          user={user}
          onChanged={(changed) => {
            api.session.rename(changed);
            client.directory.learn([changed]);
          }}
          onClose={() => setDialog('none')}
        />
      )}
      {dialog === 'help' && <ShortcutsHelp onClose={() => setDialog('none')} />}
      <Toasts />
    </div>
  );
}

interface NoChannelProps {
  user: User;
  any: boolean;
  onCreate: () => void;
  onBrowse: () => void;
}

function NoChannel({ user, any, onCreate, onBrowse }: NoChannelProps) {
  const intl = useIntl();
  if (any)
    return (
      <EmptyState
        icon={<HashIcon className="size-6" />}
        title={intl.formatMessage({ id: 'channels.pick' })}
      />
    );
  return (
    <EmptyState
      icon={<HashIcon className="size-6" />}
      title={intl.formatMessage({ id: 'channels.welcome.title' }, { name: user.displayName })}
      text={intl.formatMessage({ id: 'channels.welcome.text' })}
    >
      <Button look="primary" onClick={onBrowse}>
        <FormattedMessage id="channels.browse" />
      </Button>
      <Button onClick={onCreate}>
        <FormattedMessage id="channels.create" />
      </Button>
    </EmptyState>
  );
}

/** `waiting`: what wants to be read or answered. */
function useTitle(waiting: number, channel: ChannelState | undefined): void {
  const intl = useIntl();
  const app = intl.formatMessage({ id: 'app.name' });
  const place = channel ? `${channel.name} · ${app}` : app;
  const title = intl.formatMessage({ id: 'app.title' }, { unread: waiting, place });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Where both panes have room, a conversation is always open: the last one, or the first. */
function useFirstChannel(list: ChannelList, channelId: number | null, wide: boolean, userId: number): void {
  useEffect(() => {
    if (channelId !== null) {
      if (list.byId.has(channelId)) local.set(lastKey(userId), String(channelId));
      return;
    }
    if (!wide || !list.known) return;
    const remembered = Number(local.get(lastKey(userId)));
    const first = list.byId.has(remembered) ? remembered : list.byId.keys().next().value;
    if (first !== undefined) go(channelRoute(first), 'replace');
  }, [list, channelId, wide, userId]);
}
