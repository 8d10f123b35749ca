import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Popover } from 'radix-ui';
import { useStore } from 'zustand';
import type { Reaction } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { IconButton } from '../../ui/button';
import { SmileIcon } from '../../ui/icons';
import { lazyPart } from '../../ui/lazy-part';
import { Spinner } from '../../ui/spinner';

const EmojiPicker = lazyPart(
  async () => (await import('../../ui/emoji-picker')).EmojiPicker,
  <div role="status" className="flex h-full items-center justify-center text-soft">
    <Spinner className="size-6" />
    <span className="sr-only">
      <FormattedMessage id="common.loading" />
    </span>
  </div>,
);

interface Props {
  client: HubbubClient;
  reactions: readonly Reaction[];
  /** Whether the message has the focus or the pointer: only then can one tab to its parts. */
  active: boolean;
  onToggle: (reaction: string) => void;
}

export function Reactions({ client, reactions, active, onToggle }: Props) {
  return (
    <div className="mt-1 mb-0.5 flex flex-wrap gap-1" data-testid="reactions">
      {reactions.map((reaction) => (
        <Chip
          key={reaction.reaction}
          client={client}
          reaction={reaction}
          active={active}
          onToggle={onToggle}
        />
      ))}
    </div>
  );
}

function Chip({
  client,
  reaction: { reaction, count, userIds },
  active,
  onToggle,
}: {
  client: HubbubClient;
  reaction: Reaction;
  active: boolean;
  onToggle: (reaction: string) => void;
}) {
  const intl = useIntl();
  const people = useStore(client.directory.store);
  const mine = userIds.includes(client.userId);
  const names = userIds.map((id) =>
    id === client.userId
      ? intl.formatMessage({ id: 'reactions.you' })
      : (people.get(id)?.displayName ?? intl.formatMessage({ id: 'message.unknownSender' }, { id })),
  );
  const more = count - userIds.length;
  if (more > 0) names.push(intl.formatMessage({ id: 'reactions.more' }, { count: more }));
  const label = intl.formatMessage({ id: 'reactions.by' }, { names: intl.formatList(names), reaction });
  return (
    <button
      type="button"
      tabIndex={active ? 0 : -1}
      aria-pressed={mine}
      aria-label={label}
      title={label}
      onClick={() => onToggle(reaction)}
      onPointerEnter={() => client.directory.want(userIds)}
      data-testid="reaction"
      className="inline-flex h-7 animate-appear items-center gap-1.5 rounded-full border border-line bg-hover px-2 text-sm transition-colors hover:border-edge aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:text-accent-strong"
    >
      <span className="leading-none">{reaction}</span>
      <span className="text-xs font-medium tabular-nums">{count}</span>
    </button>
  );
}

/** A button that opens the emoji picker, which is loaded then. */
export function ReactionPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const [open, setOpen] = useState(false);
  const intl = useIntl();
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <IconButton
          label={intl.formatMessage({ id: 'message.react' })}
          data-testid="react"
          className="size-8"
        >
          <SmileIcon className="size-4.5" />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          collisionPadding={8}
          sideOffset={6}
          aria-label={intl.formatMessage({ id: 'emoji.title' })}
          className="z-50 h-88 w-80 max-w-[calc(100vw-1rem)] animate-appear overflow-hidden rounded-xl border border-line bg-raised shadow-float"
        >
          <EmojiPicker
            onPick={(emoji) => {
              setOpen(false);
              onPick(emoji);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
