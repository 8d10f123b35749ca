import type { ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { usePresence } from '../../bindings/bindings';
import type { ChannelState, User } from '../../generated/types';
import { inOrder, mentionsOf, unreadOf, type ChannelList } from '../../realtime/channel-list';
import type { HubbubClient } from '../../realtime/client';
import { Avatar } from '../../ui/avatar';
import { BrandMark } from '../../ui/brand';
import { Button, IconButton } from '../../ui/button';
import { ChannelIcon } from '../../ui/channel-icon';
import { BellOffIcon, ChevronsIcon, CompassIcon, PlusIcon, SignOutIcon } from '../../ui/icons';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu';
import { StatusDot } from '../../ui/status-dot';
import { PreferenceItems } from '../../ui/preferences-menu';

interface Props {
  client: HubbubClient;
  user: User;
  currentId: number | null;
  onCreate: () => void;
  onBrowse: () => void;
  onSignOut: () => void;
  /** What stands above the channels. */
  invitations: ReactNode;
  /** Further items of the user's menu. */
  menu: ReactNode;
  /** Whether it is all of the page. */
  alone: boolean;
}

export function Sidebar({
  client,
  user,
  currentId,
  onCreate,
  onBrowse,
  onSignOut,
  invitations,
  menu,
  alone,
}: Props) {
  const list = useStore(client.channels);
  const intl = useIntl();
  const Name = alone ? 'h1' : 'span';
  const byName = inOrder(list, intl.locale);
  const shared = byName.filter((channel) => channel.type === 'public');
  const closed = byName.filter((channel) => channel.type === 'private');
  const direct = byName.filter((channel) => channel.type === 'direct');

  return (
    <div className="flex h-full flex-col bg-side" data-testid="sidebar">
      <header className="flex h-14 shrink-0 items-center gap-0.5 ps-4 pe-2.5">
        <BrandMark className="size-7" />
        <Name className="ms-2 flex-1 text-base font-semibold tracking-tight">
          <FormattedMessage id="app.name" />
        </Name>
        <IconButton
          label={intl.formatMessage({ id: 'channels.browse' })}
          onClick={onBrowse}
          data-testid="browse-channels"
        >
          <CompassIcon />
        </IconButton>
        <IconButton
          label={intl.formatMessage({ id: 'channels.create' })}
          onClick={onCreate}
          data-testid="create-channel"
        >
          <PlusIcon />
        </IconButton>
      </header>

      <nav
        aria-label={intl.formatMessage({ id: 'channels.label' })}
        className="min-h-0 flex-1 overflow-y-auto px-2 pt-1 pb-4"
      >
        {invitations}
        {!list.known && <ListSkeleton />}
        {list.known && byName.length === 0 && <NoChannels onCreate={onCreate} onBrowse={onBrowse} />}
        {shared.length > 0 && (
          <Section
            title={<FormattedMessage id="channels.public" />}
            channels={shared}
            list={list}
            currentId={currentId}
          />
        )}
        {closed.length > 0 && (
          <Section
            title={<FormattedMessage id="channels.private" />}
            channels={closed}
            list={list}
            currentId={currentId}
          />
        )}
        {direct.length > 0 && (
          <Section
            title={<FormattedMessage id="channels.direct" />}
            channels={direct}
            list={list}
            currentId={currentId}
          />
        )}
      </nav>

      <footer className="shrink-0 border-t border-line p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <Menu
          trigger={
            <button
              type="button"
              className="flex w-full items-center gap-2.5 rounded-lg p-2 text-start transition-colors hover:bg-pressed aria-expanded:bg-pressed"
            >
              <Avatar id={user.id} name={user.displayName} className="size-8 text-xs" />
              <span className="min-w-0 flex-1 leading-tight">
                <span className="sr-only">
                  <FormattedMessage id="user.menu" />
                </span>
                <span className="block truncate text-sm font-medium">{user.displayName}</span>
                <span className="block truncate text-xs text-soft">@{user.username}</span>
              </span>
              <ChevronsIcon className="size-4 text-soft" />
            </button>
          }
        >
          {menu}
          <PreferenceItems />
          <MenuSeparator />
          <MenuItem icon={<SignOutIcon className="size-4.5" />} onSelect={onSignOut}>
            <FormattedMessage id="user.signOut" />
          </MenuItem>
        </Menu>
      </footer>
    </div>
  );
}

function Section({
  title,
  channels,
  list,
  currentId,
}: {
  title: ReactNode;
  channels: readonly ChannelState[];
  list: ChannelList;
  currentId: number | null;
}) {
  return (
    <section className="mb-4">
      <h2 className="px-2 pb-1 text-xs font-semibold text-soft">{title}</h2>
      <ul className="space-y-px">
        {channels.map((channel) => (
          <li key={channel.chatChannelId}>
            <ChannelLink
              channel={channel}
              unread={unreadOf(list, channel)}
              mentioned={mentionsOf(list, channel)}
              current={channel.chatChannelId === currentId}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ChannelLink({
  channel,
  unread,
  mentioned,
  current,
}: {
  channel: ChannelState;
  unread: number;
  mentioned: number;
  current: boolean;
}) {
  const intl = useIntl();
  const look = current
    ? 'bg-accent-wash font-medium text-accent-strong'
    : unread > 0
      ? 'font-semibold text-text hover:bg-pressed'
      : 'text-soft hover:bg-pressed hover:text-text';
  return (
    <a
      href={`#/c/${channel.chatChannelId}`}
      aria-current={current ? 'page' : undefined}
      aria-label={
        unread > 0
          ? intl.formatMessage({ id: 'channels.unread' }, { name: channel.name, count: unread })
          : channel.name
      }
      data-testid="channel-link"
      data-unread={unread}
      className={`flex h-9 items-center gap-2 rounded-lg px-2 transition-colors sm:h-8 ${look}`}
    >
      {channel.peer ? (
        <PeerDot userId={channel.peer.id} />
      ) : (
        <ChannelIcon type={channel.type} className="size-4 opacity-80" />
      )}
      <span className="min-w-0 flex-1 truncate">{channel.name}</span>
      {channel.mutedUntil && <BellOffIcon className="size-3.5 opacity-70" />}
      {unread > 0 && (
        <span
          className={`min-w-5 rounded-full px-1.5 text-center text-xs leading-5 font-semibold tabular-nums ${mentioned > 0 ? 'bg-danger text-page' : 'bg-accent text-on-accent'}`}
          data-mentions={mentioned}
        >
          {mentioned > 0 && '@'}
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </a>
  );
}

function PeerDot({ userId }: { userId: number }) {
  const presence = usePresence(userId);
  return (
    <span className="flex w-4 shrink-0 justify-center">
      <StatusDot status={presence?.status ?? 'offline'} />
    </span>
  );
}

function NoChannels({ onCreate, onBrowse }: { onCreate: () => void; onBrowse: () => void }) {
  return (
    <div className="mx-2 mt-3 rounded-xl md:hidden border border-dashed border-edge/50 p-4 text-sm">
      <p className="font-medium">
        <FormattedMessage id="channels.none.title" />
      </p>
      <p className="mt-0.5 mb-3 text-soft">
        <FormattedMessage id="channels.none.text" />
      </p>
      <div className="flex flex-col gap-2">
        <Button size="small" onClick={onBrowse}>
          <FormattedMessage id="channels.browse" />
        </Button>
        <Button size="small" onClick={onCreate}>
          <FormattedMessage id="channels.create" />
        </Button>
      </div>
    </div>
  );
}

function ListSkeleton() {
  return (
    <div role="status" className="animate-pulse-soft space-y-3 px-2 pt-2">
      <span className="sr-only">
        <FormattedMessage id="common.loading" />
      </span>
      {['w-2/5', 'w-3/5', 'w-1/2', 'w-2/3', 'w-2/5'].map((width, index) => (
        <div key={index} className={`h-4 rounded bg-pressed ${width}`} />
      ))}
    </div>
  );
}
