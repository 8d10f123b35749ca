import { createStore, type StoreApi } from 'zustand/vanilla';

const PAUSE_MS = 2_000;

/** Counts a channel's membership changes, so that views of its members know when to ask again: at once for the
 * first change, then at most every 2 s, however many join. */
export class Membership {
  readonly store: StoreApi<ReadonlyMap<number, number>> = createStore(
    () => new Map() as ReadonlyMap<number, number>,
  );
  /** Channels that are pausing, and whether something changed meanwhile. */
  private readonly pausing = new Map<number, boolean>();

  changed(channelId: number): void {
    if (this.pausing.has(channelId)) {
      this.pausing.set(channelId, true);
      return;
    }
    const counts = this.store.getState();
    this.store.setState(new Map(counts).set(channelId, (counts.get(channelId) ?? 0) + 1), true);
    this.pausing.set(channelId, false);
    setTimeout(() => this.resume(channelId), PAUSE_MS);
  }

  private resume(channelId: number): void {
    const again = this.pausing.get(channelId);
    this.pausing.delete(channelId);
    if (again) this.changed(channelId);
  }
}
