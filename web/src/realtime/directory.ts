import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PublicUser } from '../generated/types';

const BATCH_MAX = 100;
const BATCH_DELAY_MS = 20;

/** The names of the people seen so far. Unknown ids are fetched together, each once. */
export class Directory {
  readonly store: StoreApi<ReadonlyMap<number, PublicUser>> = createStore(
    () => new Map() as ReadonlyMap<number, PublicUser>,
  );
  private readonly asked = new Set<number>();
  private wanted: number[] = [];

  constructor(private readonly fetchUsers: (ids: readonly number[]) => Promise<readonly PublicUser[]>) {}

  learn(users: readonly PublicUser[]): void {
    const known = this.store.getState();
    const news = users.filter((user) => known.get(user.id)?.displayName !== user.displayName);
    if (news.length === 0) return;
    this.store.setState(new Map([...known, ...news.map((user) => [user.id, user] as const)]), true);
  }

  want(ids: Iterable<number>): void {
    const known = this.store.getState();
    for (const id of ids) {
      if (known.has(id) || this.asked.has(id)) continue;
      this.asked.add(id);
      if (this.wanted.push(id) === 1) setTimeout(() => void this.fetchWanted(), BATCH_DELAY_MS);
    }
  }

  private async fetchWanted(): Promise<void> {
    const ids = this.wanted;
    this.wanted = [];
    for (let at = 0; at < ids.length; at += BATCH_MAX) {
      const batch = ids.slice(at, at + BATCH_MAX);
      try {
        this.learn(await this.fetchUsers(batch));
      } catch {
        // Asked again when a view next wants them.
        for (const id of batch) this.asked.delete(id);
      }
    }
  }
}
