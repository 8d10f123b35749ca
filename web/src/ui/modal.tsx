import { Dialog } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { IconButton } from './button';
import { CloseIcon } from './icons';

interface Props {
  title: string;
  lead?: string | undefined;
  onClose: () => void;
  /** Whether the focus goes back where it was once the dialog is closed. It does unless this says otherwise. */
  returnsFocus?: () => boolean;
  children: ReactNode;
}

/** A dialog over the page; a sheet from below on phones. */
export function Modal({ title, lead, onClose, returnsFocus = () => true, children }: Props) {
  const intl = useIntl();
  const [opener] = useState(() => document.activeElement);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(10_14_12/0.5)]" />
        <Dialog.Content
          {...(lead ? {} : { 'aria-describedby': undefined })}
          onCloseAutoFocus={(event) => {
            // Left alone it would go to a trigger that there is not.
            event.preventDefault();
            if (returnsFocus() && opener instanceof HTMLElement) opener.focus();
          }}
          className="fixed inset-x-0 bottom-0 z-50 flex max-h-[88dvh] flex-col rounded-t-2xl border border-line bg-page shadow-float sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:max-h-[80dvh] sm:w-full sm:max-w-md sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl"
        >
          <div className="flex items-start gap-3 px-6 pt-5 pb-4">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="text-lg font-semibold">{title}</Dialog.Title>
              {lead && <Dialog.Description className="mt-0.5 text-sm text-soft">{lead}</Dialog.Description>}
            </div>
            <Dialog.Close asChild>
              <IconButton label={intl.formatMessage({ id: 'common.close' })} className="-me-2 -mt-1">
                <CloseIcon />
              </IconButton>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
