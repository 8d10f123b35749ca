import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ErrorBody } from '../../generated/types';
import { BrandMark } from '../../ui/brand';
import { Button, IconButton } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { SlidersIcon } from '../../ui/icons';
import { Menu } from '../../ui/menu';
import { Notice } from '../../ui/notice';
import { PreferenceItems } from '../../ui/preferences-menu';
import { PasswordField } from './password-field';

type Mode = 'signIn' | 'signUp';

const fieldOf = (error: ErrorBody): string | undefined =>
  error.code === 'auth.username_taken' ? 'username' : error.field;

interface Props {
  api: Api;
  /** Why the last session ended, when the user did not ask for it. */
  endedBy: string | null;
  /** Whether the link of an invitation led here. */
  invited: boolean;
}

export function AuthScreen({ api, endedBy, invited }: Props) {
  const [mode, setMode] = useState<Mode>('signIn');
  const config = useQuery({ queryKey: ['config'], queryFn: api.config, staleTime: Infinity });
  const intl = useIntl();
  const signUp = mode === 'signUp';
  const closed = signUp && config.data?.registrationOpen === false;

  return (
    <main className="flex h-full flex-col overflow-y-auto bg-side px-4">
      <div className="flex justify-end pt-3">
        <Menu
          trigger={
            <IconButton
              label={`${intl.formatMessage({ id: 'theme.label' })}, ${intl.formatMessage({ id: 'language.label' })}`}
            >
              <SlidersIcon />
            </IconButton>
          }
        >
          <PreferenceItems />
        </Menu>
      </div>
      <div className="m-auto w-full max-w-[25rem] pt-4 pb-16">
        <div className="mb-7 flex items-center justify-center gap-2.5">
          <BrandMark className="size-9" />
          <span className="text-xl font-semibold tracking-tight">
            <FormattedMessage id="app.name" />
          </span>
        </div>
        <section className="rounded-2xl border border-line bg-page p-6 shadow-float sm:p-8">
          <h1 className="text-xl font-semibold">
            <FormattedMessage id={`auth.${mode}.title`} />
          </h1>
          <p className="mt-1 mb-6 text-soft">
            <FormattedMessage id={`auth.${mode}.lead`} />
          </p>
          {invited && (
            <p className="mb-4 rounded-lg bg-accent-wash px-3 py-2.5 text-sm" data-testid="invited">
              <FormattedMessage id="invites.signIn" />
            </p>
          )}
          {closed ? (
            <p className="rounded-lg bg-warn-wash px-3 py-2.5 text-sm text-warn">
              <FormattedMessage id="auth.signUp.closed" />
            </p>
          ) : (
            <AuthForm key={mode} mode={mode} api={api} endedBy={endedBy} />
          )}
        </section>
        <p className="mt-5 text-center text-sm text-soft">
          <FormattedMessage id={`auth.${mode}.other`} />{' '}
          <button
            type="button"
            onClick={() => setMode(signUp ? 'signIn' : 'signUp')}
            className="rounded font-medium text-accent hover:text-accent-strong hover:underline"
          >
            <FormattedMessage id={`auth.${mode}.switch`} />
          </button>
        </p>
      </div>
    </main>
  );
}

function AuthForm({ mode, api, endedBy }: { mode: Mode; api: Api; endedBy: string | null }) {
  const [username, setUsername] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const intl = useIntl();
  const text = useErrorText();
  const signUp = mode === 'signUp';
  const fields = signUp ? ['username', 'displayName', 'password'] : ['username', 'password'];
  const errorOf = (field: string): string | null => (error && fieldOf(error) === field ? text(error) : null);
  const general = error && !fields.includes(fieldOf(error) ?? '') ? text(error) : null;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await (signUp
        ? api.register(username.trim(), password, displayName.trim())
        : api.login(username.trim(), password));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown.body);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4" data-testid="auth-form">
      {general ? (
        <Notice>{general}</Notice>
      ) : (
        endedBy && (
          <p role="status" className="rounded-lg bg-warn-wash px-3 py-2.5 text-sm text-warn">
            <FormattedMessage id="auth.ended" />
          </p>
        )
      )}
      <Field
        label={intl.formatMessage({ id: 'auth.username' })}
        hint={signUp ? intl.formatMessage({ id: 'auth.username.hint' }) : undefined}
        error={errorOf('username')}
        value={username}
        onChange={setUsername}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        autoFocus
        required
        maxLength={64}
      />
      {signUp && (
        <Field
          label={intl.formatMessage({ id: 'auth.displayName' })}
          hint={intl.formatMessage({ id: 'auth.displayName.hint' })}
          error={errorOf('displayName')}
          value={displayName}
          onChange={setDisplayName}
          name="displayName"
          autoComplete="name"
          maxLength={64}
        />
      )}
      <PasswordField
        hint={signUp ? intl.formatMessage({ id: 'auth.password.hint' }) : undefined}
        error={errorOf('password')}
        value={password}
        onChange={setPassword}
        isNew={signUp}
      />
      <Button type="submit" look="primary" busy={busy} className="mt-2 w-full">
        <FormattedMessage id={`auth.${mode}.submit`} />
      </Button>
    </form>
  );
}
