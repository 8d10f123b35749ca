import { Command } from 'cmdk';
import { useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { inOrder, unreadOf } from '../../realtime/channel-list';
import type { HubbubClient } from '../../realtime/client';
import { ChannelIcon } from '../../ui/channel-icon';

interface Props {
  client: HubbubClient;
  /** What one can do beside going somewhere. */
  commands: readonly { readonly id: string; readonly text: string; readonly run: () => void }[];
  onOpen: (channelId: number) => void;
  onClose: () => void;
}

const item =
  'flex h-10 cursor-pointer items-center gap-2.5 rounded-lg px-3 data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent-strong';

/** Goes to a channel by a few letters of its name. Loaded when first opened. */
export function Switcher({ client, commands, onOpen, onClose }: Props) {
  const list = useStore(client.channels);
  const intl = useIntl();
  const [opener] = useState(() => document.activeElement);

  // Closed without a choice, the focus goes back where it was.
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement) opener.focus();
    },
    [opener],
  );

  const title = intl.formatMessage({ id: 'switcher.title' });
  const channels = inOrder(list, intl.locale);
  const unreadFirst = channels.toSorted(
    (a, b) => Number(unreadOf(list, b) > 0) - Number(unreadOf(list, a) > 0),
  );
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      label={title}
      overlayClassName="fixed inset-0 z-40 bg-[rgb(10_14_12/0.5)]"
      contentClassName="fixed inset-x-4 top-[12dvh] z-50 mx-auto max-w-lg overflow-hidden rounded-2xl border border-line bg-page shadow-float"
      data-testid="switcher"
    >
      <Command.Input
        placeholder={title}
        aria-label={title}
        className="h-13 w-full border-b border-line bg-transparent px-5 outline-none placeholder:text-soft"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-2" label={title}>
        <Command.Empty className="px-3 py-8 text-center text-soft">
          {intl.formatMessage({ id: 'switcher.none' })}
        </Command.Empty>
        {unreadFirst.map((channel) => (
          <Command.Item
            key={channel.chatChannelId}
            value={`${channel.name} ${channel.chatChannelId}`}
            onSelect={() => onOpen(channel.chatChannelId)}
            className={item}
          >
            <ChannelIcon type={channel.type} className="size-4 text-soft" />
            <span className="min-w-0 flex-1 truncate">{channel.name}</span>
            {unreadOf(list, channel) > 0 && (
              <span className="rounded-full bg-accent px-1.5 text-xs leading-5 font-semibold text-on-accent">
                {unreadOf(list, channel)}
              </span>
            )}
          </Command.Item>
        ))}
        {commands.map(({ id, text, run }) => (
          <Command.Item key={id} value={text} onSelect={run} className={`${item} text-soft`}>
            {text}
          </Command.Item>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}
