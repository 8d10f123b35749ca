import type { ReactNode } from 'react';
import { AlertIcon } from './icons';

/** What went wrong, beside the form or list that it concerns. */
export function Notice({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-center gap-2.5 rounded-lg bg-danger-wash px-3 py-2.5 text-sm text-danger"
    >
      <AlertIcon className="size-4.5" />
      <span className="min-w-0 flex-1">{children}</span>
      {action}
    </div>
  );
}

/** A calm page for when there is nothing to show. */
export function EmptyState({
  icon,
  title,
  text,
  level = 1,
  children,
}: {
  icon: ReactNode;
  title: string;
  text?: string;
  /** Of its heading: 1 where it fills the page, 2 below another heading. */
  level?: 1 | 2;
  children?: ReactNode;
}) {
  const Heading = `h${level}` as const;
  return (
    <div className="m-auto flex max-w-sm animate-appear flex-col items-center px-6 py-10 text-center">
      <span className="mb-4 flex size-14 items-center justify-center rounded-2xl bg-accent-wash text-accent">
        {icon}
      </span>
      <Heading className="text-lg font-semibold wrap-anywhere text-balance">{title}</Heading>
      {text && <p className="mt-1 wrap-anywhere text-soft text-pretty">{text}</p>}
      {children && <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
