// The one file that knows socket.io-client. Reconnecting is the connection's business, so it is off here.
import { io, type Socket } from 'socket.io-client';
import type { ErrorBody } from '../generated/types';
import { PerFrame } from './per-frame';
import type { Reply, Request, RequestName, Requests, ServerEvent } from './protocol';

const REPLY_TIMEOUT_MS = 10_000;

export interface TransportEvents {
  /** The connection could not be made or ended; called once for every `connect`. */
  readonly closed: (refusal: ErrorBody | null) => void;
  readonly event: (event: ServerEvent) => void;
}

export class SocketTransport {
  private readonly socket: Socket;
  private readonly live: PerFrame<ServerEvent>;
  private reported = true;

  constructor(
    url: string | undefined,
    token: () => Promise<string>,
    private readonly events: TransportEvents,
  ) {
    this.live = new PerFrame(events.event);
    const options = {
      autoConnect: false,
      forceNew: true,
      reconnection: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      auth: (send: (fields: { token: string }) => void) => {
        token().then(
          (value) => send({ token: value }),
          () => this.close(),
        );
      },
    };
    this.socket = url === undefined ? io(options) : io(url, options);
    this.socket.on('disconnect', () => this.report(null));
    this.socket.on('connect_error', (error: Error & { data?: ErrorBody }) => this.report(error.data ?? null));
    this.socket.onAny((event: string, data: unknown) => this.live.push({ event, data } as ServerEvent));
  }

  connect(): void {
    this.reported = false;
    this.socket.connect();
  }

  close(): void {
    this.socket.disconnect();
    this.report(null);
  }

  readonly request: Request = async <N extends RequestName>(
    name: N,
    body: Requests[N]['body'],
  ): Promise<Reply<Requests[N]['reply']>> => {
    // Never buffered: what is not sent now is the caller's to repeat after the next connect.
    if (!this.socket.connected) return { kind: 'lost' };
    try {
      const ack: unknown = await this.socket.timeout(REPLY_TIMEOUT_MS).emitWithAck(name, body);
      const answer = ack as { ok: boolean; error?: ErrorBody } & Requests[N]['reply'];
      if (answer.ok) return { kind: 'ok', value: answer };
      return answer.error ? { kind: 'refused', error: answer.error } : { kind: 'lost' };
    } catch {
      return { kind: 'lost' };
    } finally {
      // An answer is never older than the events that came before it.
      this.live.flush();
    }
  };

  /** Sends what may be dropped. */
  signal(name: 'typing_start' | 'typing_stop', body: { chatChannelId: number }): void {
    if (this.socket.connected) this.socket.volatile.emit(name, body);
  }

  private report(refusal: ErrorBody | null): void {
    if (this.reported) return;
    this.reported = true;
    this.live.flush();
    this.events.closed(refusal);
  }
}
