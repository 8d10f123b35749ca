import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { IconButton } from './button';
import { CloseIcon } from './icons';

interface Props {
  title: string;
  testId: string;
  onClose: () => void;
  children: ReactNode;
}

/** What stands beside a conversation; instead of it where there is no room for both. */
export function Panel({ title, testId, onClose, children }: Props) {
  const intl = useIntl();
  return (
    <section aria-label={title} className="flex h-full flex-col bg-page" data-testid={testId}>
      <header className="flex h-14 shrink-0 items-center border-b border-line ps-4 pe-2.5">
        <h2 className="flex-1 truncate font-semibold">{title}</h2>
        <IconButton label={intl.formatMessage({ id: 'panel.close' }, { title })} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </header>
      {children}
    </section>
  );
}
