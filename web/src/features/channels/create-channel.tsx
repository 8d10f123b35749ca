import { useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ChannelState, ErrorBody } from '../../generated/types';
import { Button } from '../../ui/button';
import { ChannelIcon } from '../../ui/channel-icon';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { Modal } from '../../ui/modal';
import { Notice } from '../../ui/notice';

interface Props {
  api: Api;
  onCreated: (channel: ChannelState) => void;
  onClose: () => void;
}

export function CreateChannel({ api, onCreated, onClose }: Props) {
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [type, setType] = useState<'public' | 'private'>('public');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const intl = useIntl();
  const text = useErrorText();
  const field = error?.code === 'channel.name_taken' ? 'name' : error?.field;
  const errorOf = (wanted: string): string | null => (error && field === wanted ? text(error) : null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const about = topic.trim() === '' ? {} : { topic: topic.trim() };
      const { state } = await api.createChannel({ name: name.trim(), type, ...about });
      onCreated(state);
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown.body);
      setBusy(false);
    }
  }

  return (
    <Modal
      title={intl.formatMessage({ id: 'create.title' })}
      lead={intl.formatMessage({ id: 'create.lead' })}
      onClose={onClose}
    >
      <form onSubmit={(event) => void submit(event)} className="space-y-4 overflow-y-auto px-6 pt-1 pb-6">
        {error && field !== 'name' && field !== 'topic' && <Notice>{text(error)}</Notice>}
        <Field
          label={intl.formatMessage({ id: 'create.name' })}
          placeholder={intl.formatMessage({ id: 'create.name.placeholder' })}
          error={errorOf('name')}
          value={name}
          onChange={setName}
          before={<ChannelIcon type={type} className="size-4" />}
          autoComplete="off"
          autoFocus
          required
          maxLength={80}
        />
        <Field
          label={intl.formatMessage({ id: 'create.topic' })}
          hint={intl.formatMessage({ id: 'create.topic.hint' })}
          error={errorOf('topic')}
          value={topic}
          onChange={setTopic}
          autoComplete="off"
          maxLength={250}
        />
        <fieldset>
          <legend className="mb-1.5 text-sm font-medium">
            <FormattedMessage id="create.type" />
          </legend>
          <div className="space-y-2">
            {(['public', 'private'] as const).map((option) => (
              <label
                key={option}
                className="flex cursor-pointer gap-3 rounded-lg border border-line p-3 transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-wash"
              >
                <input
                  type="radio"
                  name="type"
                  value={option}
                  checked={type === option}
                  onChange={() => setType(option)}
                  className="mt-1 accent-accent"
                />
                <span>
                  <span className="block font-medium">
                    <FormattedMessage id={`create.${option}`} />
                  </span>
                  <span className="block text-sm text-soft">
                    <FormattedMessage id={`create.${option}.hint`} />
                  </span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <div className="flex justify-end gap-2 pt-2">
          <Button onClick={onClose}>
            <FormattedMessage id="common.cancel" />
          </Button>
          <Button type="submit" look="primary" busy={busy} disabled={name.trim() === ''}>
            <FormattedMessage id="create.submit" />
          </Button>
        </div>
      </form>
    </Modal>
  );
}
