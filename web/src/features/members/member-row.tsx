import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import { usePresence } from '../../bindings/bindings';
import type { ChannelState, Member } from '../../generated/types';
import { may, outranks, rolesToGive } from '../../realtime/permissions';
import { Avatar } from '../../ui/avatar';
import { IconButton } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { DotsIcon, PeopleIcon, SendIcon, SignOutIcon } from '../../ui/icons';
import { Menu, MenuItem } from '../../ui/menu';
import { StatusDot } from '../../ui/status-dot';
import { toast } from '../../ui/toasts';

interface Props {
  api: Api;
  channel: ChannelState;
  member: Member;
  me: number;
  onChanged: () => void;
  onMessage: (userId: number) => Promise<void>;
}

export function MemberRow({ api, channel, member: { user, role }, me, onChanged, onMessage }: Props) {
  const intl = useIntl();
  const text = useErrorText();
  const id = channel.chatChannelId;
  const presence = usePresence(user.id);
  const isMe = user.id === me;
  const given = may('setRole', channel) && !isMe ? rolesToGive(channel.role, role) : [];
  const removable = may('remove', channel) && !isMe && outranks(channel.role, role);

  async function change(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      onChanged();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      toast(text(thrown.body));
    }
  }

  return (
    <li className="flex items-center gap-2.5 rounded-lg px-2 py-1.5 hover:bg-hover" data-testid="member">
      <span className="relative">
        <Avatar id={user.id} name={user.displayName} className="size-8 text-xs" />
        {presence && (
          <StatusDot
            status={presence.status}
            className="absolute -end-1 -bottom-1 size-3! ring-2 ring-page"
          />
        )}
      </span>
      <span className="min-w-0 flex-1 leading-tight">
        <span className="block truncate text-sm font-medium">
          {user.displayName}
          {isMe && (
            <span className="font-normal text-soft">
              {' '}
              (<FormattedMessage id="members.you" />)
            </span>
          )}
        </span>
        <span className="block truncate text-xs text-soft">
          {presence?.statusText || `@${user.username}`}
        </span>
      </span>
      {role !== 'member' && (
        <span className="rounded-md border border-line px-1.5 py-0.5 text-xs text-soft">
          <FormattedMessage id={`members.${role}`} />
        </span>
      )}
      {!isMe && (
        <Menu
          trigger={
            <IconButton
              label={intl.formatMessage({ id: 'members.actions' }, { name: user.displayName })}
              className="size-8"
            >
              <DotsIcon className="size-4.5" />
            </IconButton>
          }
        >
          <MenuItem
            icon={<SendIcon className="size-4.5" />}
            onSelect={() => void change(() => onMessage(user.id))}
          >
            <FormattedMessage id="members.message" />
          </MenuItem>
          {given.map((option) => (
            <MenuItem
              key={option}
              icon={<PeopleIcon className="size-4.5" />}
              onSelect={() => void change(() => api.setRole(id, user.id, option))}
            >
              <FormattedMessage id={`members.make.${option}`} />
            </MenuItem>
          ))}
          {removable && (
            <MenuItem
              danger
              icon={<SignOutIcon className="size-4.5" />}
              onSelect={() => void change(() => api.removeMember(id, user.id))}
            >
              <FormattedMessage id="members.remove" />
            </MenuItem>
          )}
        </Menu>
      )}
    </li>
  );
}
