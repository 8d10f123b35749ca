import { useEffect } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { HubbubClient } from '../../realtime/client';
import { Avatar } from '../../ui/avatar';
import { Modal } from '../../ui/modal';

interface Props {
  client: HubbubClient;
  channelId: number;
  messageId: number;
  onClose: () => void;
}

/** Who has read one's own message, and to whom it has come. */
export function Readers({ client, channelId, messageId, onClose }: Props) {
  const intl = useIntl();
  const marks = useStore(client.receipts.store, (all) => all.get(channelId));
  const others = [...(marks ?? [])].filter(([id]) => id !== client.userId);
  const readers = others.filter(([, mark]) => mark.read >= messageId).map(([id]) => id);
  const receivers = others
    .filter(([, mark]) => mark.read < messageId && mark.delivered >= messageId)
    .map(([id]) => id);

  useEffect(() => void client.loadReceipts(channelId, messageId), [client, channelId, messageId]);

  return (
    <Modal title={intl.formatMessage({ id: 'readers.title' })} onClose={onClose}>
      <div className="min-h-28 space-y-4 overflow-y-auto px-6 pb-6" data-testid="readers">
        {readers.length + receivers.length === 0 && (
          <p className="py-4 text-soft">
            <FormattedMessage id="readers.none" />
          </p>
        )}
        <People client={client} title="readers.read" ids={readers} />
        <People client={client} title="readers.delivered" ids={receivers} />
      </div>
    </Modal>
  );
}

function People({
  client,
  title,
  ids,
}: {
  client: HubbubClient;
  title: 'readers.read' | 'readers.delivered';
  ids: readonly number[];
}) {
  const intl = useIntl();
  const people = useStore(client.directory.store);
  useEffect(() => client.directory.want(ids), [client, ids]);
  if (ids.length === 0) return null;
  const nameOf = (id: number): string =>
    people.get(id)?.displayName ?? intl.formatMessage({ id: 'message.unknownSender' }, { id });
  return (
    <section>
      <h3 className="mb-1 text-xs font-semibold text-soft">
        <FormattedMessage id={title} values={{ count: ids.length }} />
      </h3>
      <ul>
        {ids.map((id) => (
          <li key={id} className="flex items-center gap-2.5 py-1.5">
            <Avatar id={id} name={nameOf(id)} className="size-7 text-xs" />
            <span className="truncate">{nameOf(id)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
