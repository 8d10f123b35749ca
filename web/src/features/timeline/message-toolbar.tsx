import { FormattedMessage, useIntl } from 'react-intl';
import { IconButton } from '../../ui/button';
import { DotsIcon, LinkIcon, PencilIcon, ThreadIcon, TrashIcon } from '../../ui/icons';
import { Menu, MenuItem } from '../../ui/menu';
import { Modal } from '../../ui/modal';
import type { MessageActions } from './actions';
import { ReactionPicker } from './reactions';
import type { MessageRow } from './rows';

/** Offered without opening the picker. */
export const quickReactions = ['👍', '❤️', '😂', '🎉'] as const;

interface Props {
  row: MessageRow;
  mayRemove: boolean;
  actions: MessageActions;
}

/** What one can do with the message under the pointer or the focus. */
export function MessageToolbar({ row, mayRemove, actions }: Props) {
  const intl = useIntl();
  return (
    <div
      role="toolbar"
      aria-label={intl.formatMessage({ id: 'message.actions' })}
      data-testid="message-toolbar"
      className="absolute end-12 -top-5 z-10 flex rounded-lg border border-line bg-raised shadow-float pointer-coarse:hidden"
    >
      {quickReactions.slice(0, 3).map((emoji) => (
        <IconButton
          key={emoji}
          label={intl.formatMessage({ id: 'message.reactWith' }, { emoji })}
          onClick={() => actions.react(row, emoji)}
          className="size-8 text-base grayscale-25 hover:grayscale-0 max-lg:hidden"
        >
          {emoji}
        </IconButton>
      ))}
      <ReactionPicker onPick={(emoji) => actions.react(row, emoji)} />
      <IconButton
        label={intl.formatMessage({ id: 'message.reply' })}
        onClick={() => actions.openThread(row.parentId ?? row.id)}
        className="size-8"
        data-testid="reply"
      >
        <ThreadIcon className="size-4.5" />
      </IconButton>
      <Menu
        trigger={
          <IconButton
            label={intl.formatMessage({ id: 'message.more' })}
            className="size-8"
            data-testid="message-more"
          >
            <DotsIcon className="size-4.5" />
          </IconButton>
        }
      >
        <ActionItems row={row} mayRemove={mayRemove} actions={actions} />
      </Menu>
    </div>
  );
}

function ActionItems({ row, mayRemove, actions }: Props) {
  return (
    <>
      <MenuItem icon={<LinkIcon className="size-4.5" />} onSelect={() => actions.copyLink(row)}>
        <FormattedMessage id="message.copyLink" />
      </MenuItem>
      {row.mine && (
        <MenuItem icon={<PencilIcon className="size-4.5" />} onSelect={() => actions.edit(row.id)}>
          <FormattedMessage id="message.edit" />
        </MenuItem>
      )}
      {mayRemove && (
        <MenuItem danger icon={<TrashIcon className="size-4.5" />} onSelect={() => actions.remove(row)}>
          <FormattedMessage id="message.delete" />
        </MenuItem>
      )}
    </>
  );
}

/** The same for a long press: a sheet from below. */
export function MessageSheet({ row, mayRemove, actions, onClose }: Props & { onClose: () => void }) {
  const intl = useIntl();
  const item = 'flex h-12 w-full items-center gap-3 rounded-lg px-3 text-start hover:bg-hover';
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  return (
    <Modal title={intl.formatMessage({ id: 'message.actions' })} onClose={onClose}>
      <div className="flex gap-2 px-6 pb-3">
        {quickReactions.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={intl.formatMessage({ id: 'message.reactWith' }, { emoji })}
            onClick={then(() => actions.react(row, emoji))}
            className="flex size-12 items-center justify-center rounded-full bg-hover text-2xl"
          >
            {emoji}
          </button>
        ))}
      </div>
      <div className="px-3 pb-[max(1rem,env(safe-area-inset-bottom))]">
        <button
          type="button"
          className={item}
          onClick={then(() => actions.openThread(row.parentId ?? row.id))}
        >
          <ThreadIcon />
          <FormattedMessage id="message.reply" />
        </button>
        <button type="button" className={item} onClick={then(() => actions.copyLink(row))}>
          <LinkIcon />
          <FormattedMessage id="message.copyLink" />
        </button>
        {row.mine && (
          <button type="button" className={item} onClick={then(() => actions.edit(row.id))}>
            <PencilIcon />
            <FormattedMessage id="message.edit" />
          </button>
        )}
        {mayRemove && (
          <button type="button" className={`${item} text-danger`} onClick={then(() => actions.remove(row))}>
            <TrashIcon />
            <FormattedMessage id="message.delete" />
          </button>
        )}
      </div>
    </Modal>
  );
}
