import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { IconButton } from './button';
import { CloseIcon } from './icons';
import { useMedia } from './use-media';

interface Props {
  title: string;
  testId: string;
  onClose: () => void;
  children: ReactNode;
}

/** What stands beside a conversation; instead of it where there is no room for both. */
export function Panel({ title, testId, onClose, children }: Props) {
  const intl = useIntl();
  const beside = useMedia('(min-width: 56rem)');
  const Heading = beside ? 'h2' : 'h1';
  return (
    <section aria-label={title} className="flex h-full flex-col bg-page" data-testid={testId}>
      <header className="flex h-14 shrink-0 items-center border-b border-line ps-4 pe-2.5">
        <Heading className="flex-1 truncate font-semibold">{title}</Heading>
        <IconButton label={intl.formatMessage({ id: 'panel.close' }, { title })} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </header>
      {children}
    </section>
  );
}
