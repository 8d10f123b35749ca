import { createStore, type StoreApi } from 'zustand/vanilla';

const DEFAULT_EXPIRY_MS = 6_000;

/** Who is typing where. An entry hides by itself: the event that ends it may be dropped. */
export class Typists {
  readonly store: StoreApi<ReadonlyMap<number, readonly number[]>> = createStore(
    () => new Map() as ReadonlyMap<number, readonly number[]>,
  );
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  started(channelId: number, userId: number, expiresInMs: number = DEFAULT_EXPIRY_MS): void {
    const key = `${channelId}:${userId}`;
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.stopped(channelId, userId), expiresInMs),
    );
    const typing = this.store.getState().get(channelId) ?? [];
    if (!typing.includes(userId)) this.write(channelId, [...typing, userId]);
  }

  stopped(channelId: number, userId: number): void {
    const key = `${channelId}:${userId}`;
    clearTimeout(this.timers.get(key));
    if (!this.timers.delete(key)) return;
    const typing = this.store.getState().get(channelId) ?? [];
    this.write(
      channelId,
      typing.filter((id) => id !== userId),
    );
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.store.setState(new Map(), true);
  }

  private write(channelId: number, typing: readonly number[]): void {
    this.store.setState(new Map(this.store.getState()).set(channelId, typing), true);
  }
}
