import { useRef, useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ChannelState, Message } from '../../generated/types';
import { Button } from '../../ui/button';
import { errorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { Modal } from '../../ui/modal';
import { toast } from '../../ui/toasts';

interface Props {
  api: Api;
  channel: ChannelState;
  /** The day that is offered first. */
  from: Date;
  onFound: (message: Message) => void;
  onClose: () => void;
}

/** As a date input has it, in the reader's own time zone. */
const isoDay = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0'))
    .join('-');

/** Asks for a day, and leads to the first message written on it or after. */
export function GoToDate({ api, channel, from, onFound, onClose }: Props) {
  const [day, setDay] = useState(() => isoDay(from));
  const [today] = useState(() => isoDay(new Date()));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const going = useRef(false);
  const intl = useIntl();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const message = await api.firstMessageFrom(channel.chatChannelId, new Date(`${day}T00:00`));
      setBusy(false);
      if (!message) {
        setError(intl.formatMessage({ id: 'timeline.goTo.none' }));
        return;
      }
      going.current = true;
      toast(intl.formatDate(message.createdAt, { dateStyle: 'full' }));
      onFound(message);
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(errorText(intl, thrown.body));
      setBusy(false);
    }
  }

  return (
    <Modal
      title={intl.formatMessage({ id: 'timeline.goTo' })}
      lead={intl.formatMessage({ id: 'timeline.goTo.lead' })}
      onClose={onClose}
      // The message that was found takes the focus; otherwise it goes back where it was.
      returnsFocus={() => !going.current}
    >
      <form onSubmit={(event) => void submit(event)} className="space-y-4 px-6 pt-1 pb-6">
        <Field
          label={intl.formatMessage({ id: 'timeline.goTo.date' })}
          error={error}
          type="date"
          value={day}
          onChange={setDay}
          max={today}
          required
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>
            <FormattedMessage id="common.cancel" />
          </Button>
          <Button type="submit" look="primary" busy={busy} disabled={day === ''}>
            <FormattedMessage id="timeline.goTo.submit" />
          </Button>
        </div>
      </form>
    </Modal>
  );
}
