import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import { Boundary } from '../ui/boundary';
import { Button } from '../ui/button';
import { AlertIcon } from '../ui/icons';

/** Shown instead of a blank page when a component throws. */
export function CrashScreen({ children }: { children: ReactNode }) {
  const screen = (
    <main role="alert" className="flex h-full flex-col items-center justify-center gap-4 p-6 text-center">
      <AlertIcon className="size-10 text-danger" />
      <p className="text-lg font-semibold">
        <FormattedMessage id="app.crashed" />
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        <FormattedMessage id="app.reload" />
      </Button>
    </main>
  );
  return <Boundary fallback={screen}>{children}</Boundary>;
}
