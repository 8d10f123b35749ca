import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { Channel, ChannelState, ErrorBody } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { may } from '../../realtime/permissions';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { Panel } from '../../ui/panel';
import { Spinner } from '../../ui/spinner';
import { toast } from '../../ui/toasts';

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  onClose: () => void;
}

/** What a channel is about, and its settings for those who may change them. */
export function ChannelDetails({ api, client, channel, onClose }: Props) {
  const id = channel.chatChannelId;
  const intl = useIntl();
  const changes = useStore(client.membership.store, (map) => map.get(id) ?? 0);
  const details = useQuery({
    queryKey: ['channel', id, changes],
    queryFn: () => api.channel(id),
    placeholderData: (old) => old,
  });
  return (
    <Panel title={intl.formatMessage({ id: 'details.title' })} onClose={onClose} testId="channel-details">
      <div className="min-h-0 flex-1 space-y-6 overflow-y-auto px-4 py-5" tabIndex={0}>
        {details.data ? (
          <Settings key={id} api={api} client={client} state={channel} channel={details.data.channel} />
        ) : (
          <Spinner className="mx-auto mt-8 block size-6 text-soft" />
        )}
      </div>
    </Panel>
  );
}

function Settings({
  api,
  client,
  state,
  channel,
}: {
  api: Api;
  client: HubbubClient;
  state: ChannelState;
  channel: Channel;
}) {
  // What is typed stays, whatever comes from the server meanwhile; what is not touched follows it.
  const [typed, setTyped] = useState<{ name?: string; topic?: string }>({});
  const name = typed.name ?? channel.name;
  const topic = typed.topic ?? channel.topic ?? '';
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const queries = useQueryClient();
  const intl = useIntl();
  const text = useErrorText();
  const editable = may('update', state);
  const archived = channel.archivedAt !== null;
  const changed = name.trim() !== channel.name || topic.trim() !== (channel.topic ?? '');
  const field = error?.code === 'channel.name_taken' ? 'name' : error?.field;

  async function update(fields: { name?: string; topic?: string; archived?: boolean }): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const answer = await api.updateChannel(channel.chatChannelId, fields);
      client.addChannel(answer.state);
      toast(intl.formatMessage({ id: 'details.saved' }));
      await queries.invalidateQueries({ queryKey: ['channel', channel.chatChannelId] });
      if (fields.archived === undefined) setTyped({});
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown.body);
    }
    setBusy(false);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void update({ name: name.trim(), topic: topic.trim() });
  }

  return (
    <>
      {error && field !== 'name' && field !== 'topic' && <Notice>{text(error)}</Notice>}
      {editable ? (
        <form onSubmit={submit} className="space-y-4">
          <Field
            label={intl.formatMessage({ id: 'create.name' })}
            error={error && field === 'name' ? text(error) : null}
            value={name}
            onChange={(value) => setTyped((all) => ({ ...all, name: value }))}
            required
            maxLength={80}
            autoComplete="off"
          />
          <Field
            label={intl.formatMessage({ id: 'create.topic' })}
            hint={intl.formatMessage({ id: 'create.topic.hint' })}
            error={error && field === 'topic' ? text(error) : null}
            value={topic}
            onChange={(value) => setTyped((all) => ({ ...all, topic: value }))}
            maxLength={250}
            autoComplete="off"
          />
          <Button type="submit" look="primary" busy={busy} disabled={!changed || name.trim() === ''}>
            <FormattedMessage id="common.save" />
          </Button>
        </form>
      ) : (
        <section>
          <h2 className="mb-1 text-xs font-semibold text-soft">
            <FormattedMessage id="create.topic" />
          </h2>
          <p className="wrap-anywhere">{channel.topic || <FormattedMessage id="details.noTopic" />}</p>
        </section>
      )}
      <p className="text-sm text-soft">
        <FormattedMessage
          id="details.created"
          values={{
            date: intl.formatDate(channel.createdAt, { dateStyle: 'long' }),
            count: channel.memberCount,
          }}
        />
      </p>
      {may('archive', state) && (
        <section className="rounded-xl border border-line p-4">
          <p className="mb-3 text-sm text-soft">
            <FormattedMessage id={archived ? 'details.archived' : 'details.archive.lead'} />
          </p>
          <Button size="small" busy={busy} onClick={() => void update({ archived: !archived })}>
            <FormattedMessage id={archived ? 'details.unarchive' : 'details.archive'} />
          </Button>
        </section>
      )}
    </>
  );
}
