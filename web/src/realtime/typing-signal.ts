const REPEAT_MS = 3_000;
const IDLE_MS = 5_000;

/** Says "I am typing" for one channel: once at the start, again every 3 s of typing, and when it ended. */
export class TypingSignal {
  private lastStart = -Infinity;
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly emit: (name: 'typing_start' | 'typing_stop') => void) {}

  keystroke(): void {
    const now = Date.now();
    if (now - this.lastStart >= REPEAT_MS) {
      this.lastStart = now;
      this.emit('typing_start');
    }
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stop(), IDLE_MS);
  }

  stop(): void {
    clearTimeout(this.idle);
    if (this.lastStart === -Infinity) return;
    this.lastStart = -Infinity;
    this.emit('typing_stop');
  }
}
