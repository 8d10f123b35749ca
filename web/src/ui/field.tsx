import { useId, type InputHTMLAttributes, type ReactNode } from 'react';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'onChange' | 'value'> {
  label: string;
  hint?: string | undefined;
  error?: string | null;
  value: string;
  onChange: (value: string) => void;
  /** Stands inside the field, at its start or end. */
  before?: ReactNode;
  after?: ReactNode;
}

export const inputLook =
  'w-full rounded-lg border border-edge/70 bg-raised text-text placeholder:text-soft/80 outline-none focus-visible:border-accent focus-visible:ring-1 focus-visible:ring-accent aria-invalid:border-danger';

/** A labelled text input with its hint and its error. */
export function Field({ label, hint, error = null, value, onChange, before, after, ...rest }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        {before && (
          <span className="pointer-events-none absolute inset-y-0 start-3 flex items-center text-soft">
            {before}
          </span>
        )}
        <input
          {...rest}
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error !== null}
          aria-describedby={note ? `${id}-note` : undefined}
          className={`${inputLook} h-10 ${before ? 'ps-9' : 'ps-3'} ${after ? 'pe-11' : 'pe-3'}`}
        />
        {after && <span className="absolute inset-y-0 end-0.5 flex items-center">{after}</span>}
      </div>
      {note && (
        <p
          id={`${id}-note`}
          role={error ? 'alert' : undefined}
          className={`mt-1.5 text-[0.8125rem] ${error ? 'text-danger' : 'text-soft'}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}
