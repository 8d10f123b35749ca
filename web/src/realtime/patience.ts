// Requests that may be repeated without harm. What got no answer, or one that says "later", is asked again while the
// connection lasts.
import { backoffMs } from './backoff';
import type { Reply, Request, RequestName, Requests } from './protocol';

export class Patience {
  private online = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly request: Request) {}

  resume(): void {
    this.online = true;
  }

  pause(): void {
    this.online = false;
    for (const wake of [...this.waiting]) wake();
  }

  /** `lost` means that the connection ended: what is still wanted is to be asked after the next one began. */
  readonly ask: Request = async <N extends RequestName>(
    name: N,
    body: Requests[N]['body'],
  ): Promise<Reply<Requests[N]['reply']>> => {
    for (let attempt = 1; this.online; attempt++) {
      const reply = await this.request(name, body);
      if (reply.kind === 'ok' || (reply.kind === 'refused' && !reply.error.retryable)) return reply;
      const asked = reply.kind === 'refused' ? (reply.error.retryAfterMs ?? 0) : 0;
      if (this.online) await this.wait(Math.max(asked, backoffMs(attempt)));
    }
    return { kind: 'lost' };
  };

  private wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        done();
      };
      const timer = setTimeout(wake, ms);
      this.waiting.add(wake);
    });
  }
}
