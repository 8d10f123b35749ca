import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ErrorBody } from '../generated/types';

/** A message written here that the server has not acknowledged. */
export interface StoredEntry {
  readonly clientMessageId: string;
  readonly userId: number;
  readonly chatChannelId: number;
  readonly content: string;
  /** The message that it answers. */
  readonly parentMessageId: number | null;
  /** Unix time in milliseconds. */
  readonly createdAt: number;
  /** Set when sending was given up. */
  readonly error: ErrorBody | null;
}

interface Schema extends DBSchema {
  outbox: { key: string; value: StoredEntry; indexes: { userId: number } };
}

/** Outbox entries in IndexedDB, ordered by age. */
export class OutboxStorage {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(): Promise<OutboxStorage> {
    const db = await openDB<Schema>('hubbub', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('outbox', { keyPath: 'clientMessageId' }).createIndex('userId', 'userId');
      },
    });
    return new OutboxStorage(db);
  }

  async load(userId: number): Promise<StoredEntry[]> {
    const entries = await this.db.getAllFromIndex('outbox', 'userId', userId);
    return entries.sort(
      (a, b) => a.createdAt - b.createdAt || a.clientMessageId.localeCompare(b.clientMessageId),
    );
  }

  async put(entry: StoredEntry): Promise<void> {
    await this.db.put('outbox', entry);
  }

  async remove(clientMessageId: string): Promise<void> {
    await this.db.delete('outbox', clientMessageId);
  }
}
