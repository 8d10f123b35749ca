import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

const SHOWN_MS = 6_000;
/** Whatever others do, the page stays in sight. */
const SHOWN_MAX = 4;

interface Toast {
  readonly id: number;
  readonly text: string;
}

const toasts = createStore(() => [] as readonly Toast[]);
let last = 0;

/** Says something in passing, at the foot of the page. */
export function toast(text: string): void {
  const id = ++last;
  toasts.setState([...toasts.getState(), { id, text }].slice(-SHOWN_MAX), true);
  setTimeout(
    () =>
      toasts.setState(
        toasts.getState().filter((other) => other.id !== id),
        true,
      ),
    SHOWN_MS,
  );
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-24 z-60 flex flex-col items-center gap-2 px-4"
      data-testid="toasts"
    >
      {shown.map(({ id, text }) => (
        <p
          key={id}
          className="max-w-md animate-appear rounded-xl border border-transparent bg-text px-4 py-2.5 text-sm wrap-anywhere text-page shadow-float"
        >
          {text}
        </p>
      ))}
    </div>
  );
}
