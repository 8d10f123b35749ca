import { useMemo, useState, type ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { ChannelState } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { may } from '../../realtime/permissions';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { Modal } from '../../ui/modal';
import { toast } from '../../ui/toasts';
import { isStored, type MessageActions } from './actions';
import { MessageSheet } from './message-toolbar';
import { Readers } from './readers';
import type { MessageRow } from './rows';

export interface Place {
  readonly client: HubbubClient;
  readonly channel: ChannelState;
  readonly onOpenThread: (messageId: number) => void;
  /** The message whose text is being changed, or none. */
  readonly onEdit: (messageId: number | null) => void;
  readonly linkTo: (messageId: number) => string;
}

type Dialog = { readonly kind: 'remove' | 'readers' | 'sheet'; readonly row: MessageRow } | null;

export const mayRemove = (channel: ChannelState, row: MessageRow): boolean =>
  isStored(row) && !channel.archivedAt && (row.mine || may('deleteOfOthers', channel));

/** The actions of a list of messages, and the dialogs that they open. */
export function useMessageActions({ client, channel, onOpenThread, onEdit, linkTo }: Place): {
  actions: MessageActions;
  openSheet: (row: MessageRow) => void;
  dialog: ReactNode;
} {
  const [open, setOpen] = useState<Dialog>(null);
  const intl = useIntl();
  const id = channel.chatChannelId;

  const actions = useMemo((): MessageActions => {
    const at = (row: MessageRow) => ({ chatChannelId: id, messageId: row.id });
    return {
      me: client.userId,
      openThread: onOpenThread,
      edit: onEdit,
      retry: client.retry,
      discard: client.discard,
      react(row, reaction) {
        const mine = row.reactions.some(
          (one) => one.reaction === reaction && one.userIds.includes(client.userId),
        );
        client.wish({ ...at(row), kind: mine ? 'unreact' : 'react', reaction });
      },
      saveEdit(row, content) {
        client.wish({ ...at(row), kind: 'edit', content });
        onEdit(null);
      },
      remove: (row) => setOpen({ kind: 'remove', row }),
      showReaders: (row) => setOpen({ kind: 'readers', row }),
      copyLink(row) {
        copy(linkTo(row.id)).then(
          () => toast(intl.formatMessage({ id: 'message.linkCopied' })),
          // Then the address bar has it.
          () => window.location.assign(linkTo(row.id)),
        );
      },
    };
  }, [client, id, intl, onOpenThread, onEdit, linkTo]);

  const close = (): void => setOpen(null);
  const dialog =
    open?.kind === 'remove' ? (
      <RemoveMessage
        row={open.row}
        onClose={close}
        onRemove={() => {
          client.wish({ chatChannelId: id, messageId: open.row.id, kind: 'delete' });
          close();
        }}
      />
    ) : open?.kind === 'readers' ? (
      <Readers client={client} channelId={id} messageId={open.row.id} onClose={close} />
    ) : open?.kind === 'sheet' ? (
      <MessageSheet
        row={open.row}
        mayRemove={mayRemove(channel, open.row)}
        actions={actions}
        onClose={close}
      />
    ) : null;
  return { actions, openSheet: (row) => setOpen({ kind: 'sheet', row }), dialog };
}

function RemoveMessage({
  row,
  onRemove,
  onClose,
}: {
  row: MessageRow;
  onRemove: () => void;
  onClose: () => void;
}) {
  const intl = useIntl();
  return (
    <Modal
      title={intl.formatMessage({ id: 'message.delete.title' })}
      lead={intl.formatMessage({ id: 'message.delete.lead' })}
      onClose={onClose}
    >
      <div className="space-y-4 px-6 pb-6">
        <p className="line-clamp-4 rounded-lg border border-line bg-hover px-3 py-2 text-sm wrap-anywhere">
          {row.content}
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <FormattedMessage id="common.cancel" />
          </Button>
          <Button look="danger" onClick={onRemove}>
            <FormattedMessage id="message.delete" />
          </Button>
        </div>
      </div>
    </Modal>
  );
}
