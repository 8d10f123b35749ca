import { useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ErrorBody, User } from '../../generated/types';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { Modal } from '../../ui/modal';
import { toast } from '../../ui/toasts';
import { SessionList } from './session-list';
import { StatusForm } from './status-form';

interface Props {
  api: Api;
  user: User;
  onChanged: (user: User) => void;
  onClose: () => void;
}

/** One's own name, password and sessions. */
export function AccountDialog({ api, user, onChanged, onClose }: Props) {
  const intl = useIntl();
  return (
    <Modal title={intl.formatMessage({ id: 'account.title' })} onClose={onClose}>
      <div className="space-y-8 overflow-y-auto px-6 pb-6" tabIndex={0} data-testid="account">
        <NameForm api={api} user={user} onChanged={onChanged} />
        <StatusForm />
        <PasswordForm api={api} />
        <SessionList api={api} />
      </div>
    </Modal>
  );
}

/** Runs one change; says that it was saved, or what is wrong with which field. */
function useChange() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const intl = useIntl();
  const text = useErrorText();

  async function run(change: () => Promise<void>): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await change();
      toast(intl.formatMessage({ id: 'details.saved' }));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown.body);
    }
    setBusy(false);
  }

  const errorOf = (field: string): string | null => {
    const concerned = error?.code === 'auth.bad_credentials' ? 'currentPassword' : error?.field;
    return error && concerned === field ? text(error) : null;
  };
  return { run, busy, errorOf };
}

function NameForm({ api, user, onChanged }: Omit<Props, 'onClose'>) {
  const [name, setName] = useState(user.displayName);
  const { run, busy, errorOf } = useChange();
  const intl = useIntl();

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => onChanged((await api.updateMe({ displayName: name.trim() })).user));
  }

  return (
    <form onSubmit={submit} className="space-y-3">
      <Field
        label={intl.formatMessage({ id: 'auth.displayName' })}
        error={errorOf('displayName')}
        value={name}
        onChange={setName}
        maxLength={64}
        autoComplete="name"
        required
      />
      <Button
        type="submit"
        look="primary"
        size="small"
        busy={busy}
        disabled={name.trim() === '' || name.trim() === user.displayName}
      >
        <FormattedMessage id="common.save" />
      </Button>
    </form>
  );
}

function PasswordForm({ api }: { api: Api }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const { run, busy, errorOf } = useChange();
  const intl = useIntl();

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await api.updateMe({ password, currentPassword: current });
      setCurrent('');
      setPassword('');
    });
  }

  return (
    <form onSubmit={submit} className="space-y-3">
      <h3 className="font-semibold">
        <FormattedMessage id="account.password" />
      </h3>
      <Field
        label={intl.formatMessage({ id: 'account.password.current' })}
        error={errorOf('currentPassword')}
        value={current}
        onChange={setCurrent}
        type="password"
        autoComplete="current-password"
        required
      />
      <Field
        label={intl.formatMessage({ id: 'account.password.new' })}
        hint={intl.formatMessage({ id: 'account.password.hint' })}
        error={errorOf('password')}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="new-password"
        required
      />
      <Button type="submit" size="small" busy={busy} disabled={current === '' || password === ''}>
        <FormattedMessage id="account.password.submit" />
      </Button>
    </form>
  );
}
