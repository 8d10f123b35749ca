import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Spinner } from '../../ui/spinner';
import { toast } from '../../ui/toasts';

/** Where one is signed in, with the way out of each. */
export function SessionList({ api }: { api: Api }) {
  const [busy, setBusy] = useState<number | 'others' | null>(null);
  const intl = useIntl();
  const text = useErrorText();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => api.sessions(), staleTime: 0 });
  const all = sessions.data?.sessions ?? [];

  async function end(which: number | 'others'): Promise<void> {
    setBusy(which);
    try {
      await (which === 'others' ? api.endOtherSessions() : api.endSession(which));
      await sessions.refetch();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      toast(text(thrown.body));
    }
    setBusy(null);
  }

  return (
    <section className="space-y-2">
      <h3 className="font-semibold">
        <FormattedMessage id="account.sessions" />
      </h3>
      {sessions.isPending && <Spinner className="block size-5 text-soft" />}
      <ul>
        {all.map((session) => (
          <li
            key={session.id}
            className="flex items-center gap-3 border-b border-line py-2.5 last:border-0"
            data-testid="session"
          >
            <span className="min-w-0 flex-1 leading-tight">
              <span className="block truncate text-sm font-medium">
                {deviceOf(session.userAgent) ?? intl.formatMessage({ id: 'account.sessions.unknown' })}
              </span>
              <span className="block truncate text-xs text-soft">
                {session.ip} ·{' '}
                {intl.formatDate(session.lastUsedAt, { dateStyle: 'medium', timeStyle: 'short' })}
              </span>
            </span>
            {session.current ? (
              <span className="text-xs font-medium text-accent">
                <FormattedMessage id="account.sessions.current" />
              </span>
            ) : (
              <Button size="small" busy={busy === session.id} onClick={() => void end(session.id)}>
                <FormattedMessage id="user.signOut" />
              </Button>
            )}
          </li>
        ))}
      </ul>
      {all.length > 1 && (
        <Button size="small" look="danger" busy={busy === 'others'} onClick={() => void end('others')}>
          <FormattedMessage id="account.sessions.others" />
        </Button>
      )}
    </section>
  );
}

/** "Firefox · Linux", as far as the user agent tells. */
function deviceOf(userAgent: string): string | null {
  const [browser] = /Edg|OPR|Firefox|Chrome|Safari/.exec(userAgent) ?? [];
  const [system] = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(userAgent) ?? [];
  const parts = [browser === 'Edg' ? 'Edge' : browser === 'OPR' ? 'Opera' : browser, system];
  return parts.filter((part) => part !== undefined).join(' · ') || userAgent || null;
}
