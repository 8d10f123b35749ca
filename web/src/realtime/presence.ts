import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Presence } from '../generated/types';
import type { Request } from './protocol';

const ASK_MAX = 100;
const ASK_DELAY_MS = 50;

/** Who is there. Asked for when a view wants to know, then kept by events; forgotten when the connection ends. */
export class PresenceStore {
  readonly store: StoreApi<ReadonlyMap<number, Presence>> = createStore(
    () => new Map() as ReadonlyMap<number, Presence>,
  );
  private readonly wanted = new Set<number>();
  private readonly asked = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly request: Request) {}

  want(ids: Iterable<number>): void {
    for (const id of ids) if (!this.asked.has(id)) this.wanted.add(id);
    if (this.wanted.size > 0) this.timer ??= setTimeout(() => void this.ask(), ASK_DELAY_MS);
  }

  changed(news: readonly Presence[]): void {
    if (news.length === 0) return;
    this.store.setState(
      new Map([...this.store.getState(), ...news.map((one) => [one.userId, one] as const)]),
      true,
    );
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
    const reply = await this.request('get_presence', { userIds });
    if (reply.kind === 'ok') this.changed(reply.value.presence);
    this.want(this.wanted);
  }
}
