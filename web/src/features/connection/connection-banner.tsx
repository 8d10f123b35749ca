import { useEffect, useState, type ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import { useStore } from 'zustand';
import { assertNever } from '../../realtime/assert-never';
import type { Connection } from '../../realtime/connection';
import { CloudOffIcon } from '../../ui/icons';
import { Spinner } from '../../ui/spinner';

/** Says when the page is not live, and what happens about it. Nothing while all is well. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const status = useStore(connection.status);
  switch (status.kind) {
    case 'online':
    case 'signed-out':
      return null;
    case 'connecting':
      return (
        <Banner kind={status.kind} icon={<Spinner className="size-4" />} late>
          <FormattedMessage id="connection.connecting" />
        </Banner>
      );
    case 'reconnecting':
      return (
        <Banner
          kind={status.kind}
          icon={<Spinner className="size-4" />}
          onRetry={status.retryAt === null ? undefined : connection.retry}
        >
          {status.retryAt === null ? (
            <FormattedMessage id="connection.reconnecting.now" values={{ attempt: status.attempt }} />
          ) : (
            <Countdown until={status.retryAt} />
          )}
        </Banner>
      );
    case 'offline':
      return (
        <Banner kind={status.kind} icon={<CloudOffIcon className="size-4.5" />} onRetry={connection.retry}>
          <FormattedMessage id="connection.offline" />
        </Banner>
      );
    default:
      return assertNever(status);
  }
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  return <FormattedMessage id="connection.reconnecting.wait" values={{ seconds }} />;
}

interface BannerProps {
  kind: string;
  icon: ReactNode;
  /** Appears only when the state lasts: most connects are quick. */
  late?: boolean;
  onRetry?: (() => void) | undefined;
  children: ReactNode;
}

function Banner({ kind, icon, late = false, onRetry, children }: BannerProps) {
  return (
    <div
      data-testid="connection-banner"
      data-state={kind}
      className={`flex min-h-10 items-center justify-center gap-2.5 border-b border-line bg-warn-wash px-4 py-1.5 text-sm text-warn ${late ? 'animate-late' : 'animate-appear'}`}
    >
      {icon}
      {/* The countdown ticks for the eye only: an announcement each second would drown everything else. */}
      <span role="status" aria-live={kind === 'reconnecting' ? 'off' : 'polite'}>
        {children}
      </span>
      {onRetry && (
        <button
          type="button"
          onClick={onRetry}
          className="ms-1 shrink-0 rounded-md px-2 py-0.5 font-semibold underline underline-offset-2 hover:no-underline"
        >
          <FormattedMessage id="connection.retry" />
        </button>
      )}
    </div>
  );
}
