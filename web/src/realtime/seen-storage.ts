import type { Seen } from './channel-list';

/** What this browser has shown of each channel, in localStorage, shared by its tabs. */
export class SeenStorage {
  private readonly key: string;

  constructor(userId: number) {
    this.key = `hubbub.seen.${userId}`;
  }

  load(): ReadonlyMap<number, Seen> {
    try {
      return new Map(JSON.parse(localStorage.getItem(this.key) ?? '[]') as [number, Seen][]);
    } catch {
      return new Map();
    }
  }

  save(seen: ReadonlyMap<number, Seen>): void {
    localStorage.setItem(this.key, JSON.stringify([...seen]));
  }

  /** Calls back when another tab saved. Returns the way to stop. */
  watch(changed: (seen: ReadonlyMap<number, Seen>) => void): () => void {
    const listener = (event: StorageEvent): void => {
      if (event.key === this.key) changed(this.load());
    };
    window.addEventListener('storage', listener);
    return () => window.removeEventListener('storage', listener);
  }
}
