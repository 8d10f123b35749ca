import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Presence, PresenceStatus } from '../generated/types';
import type { Reply, Request, ServerEvent } from './protocol';

type PresenceEvent = Extract<
  ServerEvent,
  { readonly event: 'presence_update' | 'user_online' | 'user_offline' }
>;

const ASK_MAX = 100;
const ASK_DELAY_MS = 50;
const KNOWN_WAIT_MS = 5_000;

/** Who is there. Asked for when a view wants to know, then kept by events; forgotten when the connection ends. */
export class PresenceStore {
  readonly store: StoreApi<ReadonlyMap<number, Presence>> = createStore(
    () => new Map() as ReadonlyMap<number, Presence>,
  );
  private readonly wanted = new Set<number>();
  private readonly asked = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly userId: number,
    private readonly request: Request,
    /** Asks until there is an answer or the connection ends. */
    private readonly patient: Request,
  ) {}

  want(ids: Iterable<number>): void {
    for (const id of ids) if (!this.asked.has(id)) this.wanted.add(id);
    if (this.wanted.size > 0) this.timer ??= setTimeout(() => void this.ask(), ASK_DELAY_MS);
  }

  /** What the server tells of a user; nothing when it has not in time. */
  async known(id: number): Promise<Presence | undefined> {
    this.want([id]);
    const told = (): Presence | undefined => this.store.getState().get(id);
    if (told()) return told();
    return new Promise((done) => {
      const finish = (): void => {
        clearTimeout(timer);
        stop();
        done(told());
      };
      const stop = this.store.subscribe(() => told() && finish());
      const timer = setTimeout(finish, KNOWN_WAIT_MS);
    });
  }

  changed(news: readonly Presence[]): void {
    if (news.length === 0) return;
    this.store.setState(
      new Map([...this.store.getState(), ...news.map((one) => [one.userId, one] as const)]),
      true,
    );
  }

  handle({ event, data }: PresenceEvent): void {
    // A presence_update says the rest about whoever comes or goes.
    this.changed([{ status: event === 'user_online' ? 'online' : 'offline', ...data }]);
  }

  /**
   * How the user is, for others; `offline` is how they see it, whatever devices are connected. Without a text the
   * last one stays.
   */
  async setOwn(status: PresenceStatus, statusText?: string): Promise<Reply<unknown>> {
    const text = statusText === undefined ? {} : { statusText };
    const reply =
      status === 'offline'
        ? await this.request('user_offline', {})
        : await this.request('user_online', { status, ...text });
    const before = this.store.getState().get(this.userId);
    if (reply.kind === 'ok') this.changed([{ ...before, userId: this.userId, status, ...text }]);
    return reply;
  }

  /** After a reconnect: what was known may be wrong by now. */
  resume(): void {
    const ids = [...this.asked];
    this.asked.clear();
    this.want(ids);
  }

  private async ask(): Promise<void> {
    this.timer = undefined;
    const userIds = [...this.wanted].slice(0, ASK_MAX);
    for (const id of userIds) {
      this.wanted.delete(id);
      this.asked.add(id);
    }
    const reply = await this.patient('get_presence', { userIds });
    if (reply.kind === 'ok') this.changed(reply.value.presence);
    this.want(this.wanted);
  }
}
