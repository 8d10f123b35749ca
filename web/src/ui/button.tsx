import type { ButtonHTMLAttributes, Ref } from 'react';
import { Spinner } from './spinner';

const looks = {
  // Their borders show where the system gives the colours.
  primary: 'border border-transparent bg-accent text-on-accent hover:bg-accent-strong',
  quiet: 'border border-line bg-raised hover:bg-pressed',
  danger: 'border border-transparent bg-danger text-page hover:opacity-90',
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof looks;
  busy?: boolean;
  size?: 'normal' | 'small';
}

export function Button({
  look = 'quiet',
  busy = false,
  size = 'normal',
  className = '',
  children,
  ...rest
}: ButtonProps) {
  const room = size === 'small' ? 'h-8 px-3 text-sm' : 'h-10 px-4';
  return (
    <button
      type="button"
      aria-busy={busy}
      {...rest}
      disabled={rest.disabled === true || busy}
      className={`inline-flex shrink-0 items-center justify-center gap-2 rounded-lg font-medium transition-colors disabled:opacity-60 ${room} ${looks[look]} ${className}`}
    >
      {busy && <Spinner className="size-4" />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The button's name: it has no text. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-soft transition-colors hover:bg-pressed hover:text-text aria-expanded:bg-pressed aria-pressed:bg-accent-wash aria-pressed:text-accent ${className}`}
    />
  );
}
