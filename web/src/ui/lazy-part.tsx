import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import { Boundary } from './boundary';
import { Button } from './button';

const RETRY_MS = 1_000;

/**
 * A component that is loaded when it is first shown. Once more if that fails; if the server has another version by now and the
 * file is gone, the rest of the page stays and a new version is offered.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  loading: ReactNode = null,
): ComponentType<Props> {
  const patient = async (): Promise<ComponentType<Props>> => {
    try {
      return await load();
    } catch {
      await new Promise((done) => setTimeout(done, RETRY_MS));
      return load();
    }
  };
  const Part = lazy(async () => ({ default: await patient() }));
  return (props) => (
    <Boundary fallback={<NewVersion />}>
      <Suspense fallback={loading}>
        <Part {...props} />
      </Suspense>
    </Boundary>
  );
}

function NewVersion() {
  return (
    <div
      role="alert"
      data-testid="new-version"
      className="fixed inset-x-4 bottom-4 z-50 mx-auto flex max-w-sm items-center gap-3 rounded-xl border border-line bg-raised p-4 shadow-float"
    >
      <p className="flex-1">
        <FormattedMessage id="app.newVersion" />
      </p>
      <Button look="primary" size="small" onClick={() => window.location.reload()}>
        <FormattedMessage id="app.reload" />
      </Button>
    </div>
  );
}
