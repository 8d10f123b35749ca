import { useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { usePresence, useSocket } from '../../bindings/bindings';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { toast } from '../../ui/toasts';

const TEXT_MAX = 100;

/** What others read beside one's name. */
export function StatusForm() {
  const client = useSocket();
  const presence = usePresence(client.userId);
  const known = presence?.statusText ?? '';
  const [edited, setEdited] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const intl = useIntl();
  const words = useErrorText();
  const text = edited ?? known;
  // Whoever says what they are up to is seen again.
  const hidden = presence?.status === 'offline';

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const reply = await client.presence.setOwn(presence?.status ?? 'online', text.trim());
    setBusy(false);
    if (reply.kind === 'ok') {
      setEdited(null);
      toast(intl.formatMessage({ id: 'details.saved' }));
    } else setError(words(reply.kind === 'refused' ? reply.error : { code: 'client.unreachable' }));
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-3">
      <Field
        label={intl.formatMessage({ id: 'presence.text' })}
        hint={intl.formatMessage({ id: hidden ? 'presence.text.hidden' : 'presence.text.hint' })}
        error={error}
        value={text}
        onChange={setEdited}
        disabled={hidden}
        maxLength={TEXT_MAX}
        autoComplete="off"
      />
      <Button
        type="submit"
        look="primary"
        size="small"
        busy={busy}
        disabled={hidden || text.trim() === known}
      >
        <FormattedMessage id="common.save" />
      </Button>
    </form>
  );
}
