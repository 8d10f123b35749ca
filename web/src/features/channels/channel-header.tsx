import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ChannelState } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { isMuted } from '../../realtime/channel-list';
import { may } from '../../realtime/permissions';
import { IconButton } from '../../ui/button';
import { ChannelIcon } from '../../ui/channel-icon';
import {
  BackIcon,
  BellIcon,
  BellOffIcon,
  CalendarIcon,
  DotsIcon,
  PeopleIcon,
  SearchIcon,
  SignOutIcon,
  SlidersIcon,
} from '../../ui/icons';
import { Menu, MenuItem } from '../../ui/menu';
import { useErrorText } from '../../ui/error-text';
import { toast } from '../../ui/toasts';
import { LeaveChannel } from './leave-channel';

/** For good: until somebody wants to hear of it again. */
const MUTE_MS = 10 * 365 * 86_400_000;

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  membersShown: boolean;
  onToggleMembers: () => void;
  onDetails: () => void;
  onSearch: () => void;
  onGoToDate: () => void;
}

export function ChannelHeader({
  api,
  client,
  channel,
  membersShown,
  onToggleMembers,
  onDetails,
  onSearch,
  onGoToDate,
}: Props) {
  const id = channel.chatChannelId;
  const [leaving, setLeaving] = useState(false);
  const [now] = useState(() => Date.now());
  const intl = useIntl();
  const text = useErrorText();
  const changes = useStore(client.membership.store, (map) => map.get(id) ?? 0);
  const details = useQuery({
    queryKey: ['channel', id, changes],
    queryFn: () => api.channel(id),
    placeholderData: (old) => old,
  });
  const about = details.data?.channel.chatChannelId === id ? details.data.channel : null;

  const muted = isMuted(channel, now);

  async function mute(until: Date | null): Promise<void> {
    try {
      client.addChannel((await api.mute(id, until)).state);
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      toast(text(thrown.body));
    }
  }

  return (
    <header className="flex h-14 shrink-0 items-center gap-1 border-b border-line ps-2 pe-2.5 md:ps-5">
      <a
        href="#/"
        aria-label={intl.formatMessage({ id: 'channel.back' })}
        className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-pressed md:hidden"
      >
        <BackIcon />
      </a>
      <div className="flex min-w-0 flex-1 items-center gap-3">
        <h1 className="flex min-w-0 shrink-0 items-center gap-1.5 text-base font-semibold max-md:shrink">
          <ChannelIcon type={channel.type} className="size-4.5 text-soft" />
          <span className="truncate" data-testid="channel-name">
            {channel.name}
          </span>
        </h1>
        {about?.topic && (
          <p className="hidden min-w-0 truncate border-s border-line ps-3 text-sm text-soft md:block">
            {about.topic}
          </p>
        )}
      </div>
      <button
        type="button"
        onClick={onToggleMembers}
        data-testid="members-button"
        title={intl.formatMessage({ id: 'channel.members' })}
        aria-pressed={membersShown}
        className="inline-flex h-9 items-center gap-1.5 rounded-lg px-2 text-sm text-soft transition-colors hover:bg-pressed hover:text-text aria-pressed:bg-accent-wash aria-pressed:text-accent"
      >
        <PeopleIcon />
        <span className="sr-only">
          <FormattedMessage id="channel.members" />
        </span>
        {about && <span className="tabular-nums">{about.memberCount}</span>}
      </button>
      <IconButton
        label={intl.formatMessage({ id: 'search.title' })}
        onClick={onSearch}
        data-testid="search-button"
      >
        <SearchIcon />
      </IconButton>
      <Menu
        trigger={
          <IconButton label={intl.formatMessage({ id: 'channel.menu' })}>
            <DotsIcon />
          </IconButton>
        }
      >
        {channel.type !== 'direct' && (
          <MenuItem icon={<SlidersIcon className="size-4.5" />} onSelect={onDetails}>
            <FormattedMessage id="details.title" />
          </MenuItem>
        )}
        <MenuItem icon={<CalendarIcon className="size-4.5" />} onSelect={onGoToDate}>
          <FormattedMessage id="timeline.goTo" />
        </MenuItem>
        <MenuItem
          icon={muted ? <BellIcon className="size-4.5" /> : <BellOffIcon className="size-4.5" />}
          onSelect={() => void mute(muted ? null : new Date(Date.now() + MUTE_MS))}
        >
          <FormattedMessage id={muted ? 'channel.unmute' : 'channel.mute'} />
        </MenuItem>
        {may('leave', channel) && (
          <MenuItem danger icon={<SignOutIcon className="size-4.5" />} onSelect={() => setLeaving(true)}>
            <FormattedMessage id="channel.leave" />
          </MenuItem>
        )}
      </Menu>
      {leaving && <LeaveChannel client={client} channel={channel} onClose={() => setLeaving(false)} />}
    </header>
  );
}
