import { lazy, Suspense, useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Boundary } from './boundary';
import { serversBuild, type ServersBuild } from './build';
import { Button, IconButton } from './button';
import { CloseIcon } from './icons';

const RETRY_MS = 1_000;

/**
 * A component that is loaded when it is first shown; once more if that fails. After that the rest of the page stays, and what
 * helps is offered: another try, or the server's new version. Its `onClose` closes that offer, too.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  loading: ReactNode = null,
): ComponentType<Props> {
  const patient = async (): Promise<{ default: ComponentType<Props> }> => {
    try {
      return { default: await load() };
    } catch {
      await new Promise((done) => setTimeout(done, RETRY_MS));
      return { default: await load() };
    }
  };
  let part = lazy(patient);
  return (props) => {
    const [tries, setTries] = useState(0);
    const Part = part;
    const retry = (): void => {
      part = lazy(patient);
      setTries(tries + 1);
    };
    const onClose = 'onClose' in props ? (props.onClose as () => void) : null;
    return (
      <Boundary key={tries} fallback={<Trouble retry={retry} retried={tries > 0} onClose={onClose} />}>
        <Suspense fallback={loading}>
          <Part {...props} />
        </Suspense>
      </Boundary>
    );
  };
}

const texts = {
  same: 'app.partFailed',
  other: 'app.newVersion',
  unreachable: 'app.partUnreachable',
} as const satisfies Record<ServersBuild, string>;

interface TroubleProps {
  retry: () => void;
  /** Without success: browsers may remember that a file could not be loaded for as long as the page lives. */
  retried: boolean;
  onClose: (() => void) | null;
}

function Trouble({ retry, retried, onClose }: TroubleProps) {
  const intl = useIntl();
  const [build, setBuild] = useState<ServersBuild | null>(null);
  useEffect(() => void serversBuild().then(setBuild), []);
  if (build === null) return null;
  const reload = build === 'other' || (build === 'same' && retried);
  return (
    <div
      role="alert"
      data-testid="part-failed"
      className="fixed inset-x-4 bottom-24 z-50 mx-auto flex max-w-sm items-center gap-3 rounded-xl border border-line bg-raised p-4 shadow-float"
    >
      <p className="flex-1">
        <FormattedMessage id={texts[build]} />
      </p>
      <Button look="primary" size="small" onClick={reload ? () => window.location.reload() : retry}>
        <FormattedMessage id={reload ? 'app.reload' : 'common.retry'} />
      </Button>
      {onClose && (
        <IconButton label={intl.formatMessage({ id: 'common.close' })} onClick={onClose}>
          <CloseIcon className="size-4" />
        </IconButton>
      )}
    </div>
  );
}
