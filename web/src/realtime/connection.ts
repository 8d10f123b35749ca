import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorBody } from '../generated/types';
import { isNetworkDown, watchPage } from './page';
import { step, type ConnectionInput, type ConnectionStatus } from './connection-machine';

const ATTEMPT_TIMEOUT_MS = 15_000;

export interface Link {
  connect(): void;
  close(): void;
}

/** Runs the connection machine on a link, with the browser's timers and its word on the network. */
export class Connection {
  readonly status: StoreApi<ConnectionStatus> = createStore(
    () => ({ kind: 'connecting' }) as ConnectionStatus,
  );
  private unwatch: () => void = () => undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The server's own word on when to come back, from `disconnected`. */
  private retryAfterMs: number | null = null;

  constructor(private readonly link: Link) {}

  start(): void {
    this.unwatch = watchPage({ online: this.retry, offline: this.networkLost, visible: this.retry });
    this.feed({ kind: 'start' });
  }

  stop(code: string): void {
    this.unwatch();
    this.feed({ kind: 'sign-out', code });
  }

  ready(): void {
    this.retryAfterMs = null;
    clearTimeout(this.timer);
    this.feed({ kind: 'ready' });
  }

  comeBackAfter(ms: number | null): void {
    this.retryAfterMs = ms;
  }

  lost(refusal: ErrorBody | null): void {
    const retryAfterMs = refusal?.retryAfterMs ?? this.retryAfterMs;
    this.retryAfterMs = null;
    this.feed({ kind: 'lost', now: Date.now(), networkDown: isNetworkDown(), retryAfterMs });
  }

  readonly retry = (): void => this.feed({ kind: 'retry' });

  // A dead network shows at once, not after a heartbeat was missed. Where the server is still reachable
  // (loopback), the next attempt succeeds within a second.
  private readonly networkLost = (): void => this.link.close();

  private feed(input: ConnectionInput): void {
    const { status, effect } = step(this.status.getState(), input);
    this.status.setState(status, true);
    if (effect.kind === 'none') return;
    clearTimeout(this.timer);
    if (effect.kind === 'connect') {
      this.timer = setTimeout(() => this.link.close(), ATTEMPT_TIMEOUT_MS);
      this.link.connect();
    } else if (effect.kind === 'wait') {
      this.timer = setTimeout(this.retry, effect.ms);
    } else {
      this.link.close();
    }
  }
}
