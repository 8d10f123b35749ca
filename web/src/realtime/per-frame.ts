// Live events come one by one, each in a task of its own, and each task that changes a store draws the page again.

/** Where no frame comes although the page is shown (it was hidden a moment ago, say), the events wait no longer than this. */
const WAIT_MAX_MS = 100;

const isDrawn = (): boolean => typeof document !== 'undefined' && document.visibilityState === 'visible';

/** Hands on the first of a burst at once and the rest once a frame, in their order. What is not drawn hears all at once. */
export class PerFrame<T> {
  private readonly waiting: T[] = [];
  private cancel: (() => void) | null = null;

  constructor(private readonly handle: (item: T) => void) {}

  push(item: T): void {
    this.waiting.push(item);
    if (this.cancel && isDrawn()) return;
    this.flush();
    if (isDrawn()) this.schedule();
  }

  /** Whatever is handled next comes after these. Throws nothing: a bug in one is reported, and the others follow. */
  flush(): void {
    for (let item = this.waiting.shift(); item !== undefined; item = this.waiting.shift()) {
      try {
        this.handle(item);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }

  private schedule(): void {
    if (this.cancel) return;
    const due = (): void => {
      this.cancel?.();
      this.cancel = null;
      if (this.waiting.length === 0) return;
      this.flush();
      this.schedule();
    };
    const frame = requestAnimationFrame(due);
    const timer = setTimeout(due, WAIT_MAX_MS);
    this.cancel = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }
}
