import { useQuery } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { usePaused } from '../../ui/use-paused';

const bare = (username: string): string => username.trim().replace(/^@/, '');

export function AddMember({ api, channelId, onAdded }: { api: Api; channelId: number; onAdded: () => void }) {
  const [username, setUsername] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const suggestions = useId();
  const wanted = usePaused(bare(username));
  const found = useQuery({
    queryKey: ['users', wanted],
    queryFn: () => api.searchUsers(wanted),
    enabled: wanted !== '',
    staleTime: 60_000,
  });
  const intl = useIntl();
  const text = useErrorText();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setDone(null);
    try {
      const answer = await api.addMember(channelId, bare(username));
      setDone(
        'member' in answer
          ? intl.formatMessage({ id: 'members.added' }, { name: answer.member.user.displayName })
          : intl.formatMessage({ id: 'members.invited' }, { username: bare(username) }),
      );
      setUsername('');
      onAdded();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(text(thrown.body));
    }
    setBusy(false);
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="border-b border-line px-4 py-3.5">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Field
            label={intl.formatMessage({ id: 'members.add.label' })}
            error={error}
            value={username}
            onChange={setUsername}
            before="@"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={33}
            list={suggestions}
          />
          <datalist id={suggestions}>
            {found.data?.map((user) => (
              <option key={user.id} value={user.username}>
                {user.displayName}
              </option>
            ))}
          </datalist>
        </div>
        {/* In line with the input, below its label. */}
        <Button type="submit" busy={busy} disabled={username.trim() === ''} className="mt-[1.6rem]">
          <FormattedMessage id="members.add.submit" />
        </Button>
      </div>
      {done !== null && (
        <p role="status" className="mt-1.5 text-[0.8125rem] wrap-anywhere text-accent">
          {done}
        </p>
      )}
    </form>
  );
}
