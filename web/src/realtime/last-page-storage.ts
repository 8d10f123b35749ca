import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Message, PublicUser } from '../generated/types';

/** The newest messages of a channel as this browser last saw them, with the names of who wrote them. */
export interface LastPage {
  readonly userId: number;
  readonly chatChannelId: number;
  readonly messages: readonly Message[];
  readonly hasMoreBefore: boolean;
  readonly people: readonly PublicUser[];
}

interface Schema extends DBSchema {
  pages: { key: [userId: number, channelId: number]; value: LastPage };
}

/** A page of each channel in IndexedDB. */
export class LastPageStorage {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(): Promise<LastPageStorage> {
    const db = await openDB<Schema>('hubbub-pages', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('pages', { keyPath: ['userId', 'chatChannelId'] });
      },
    });
    return new LastPageStorage(db);
  }

  load(userId: number, channelId: number): Promise<LastPage | undefined> {
    return this.db.get('pages', [userId, channelId]);
  }

  async put(page: LastPage): Promise<void> {
    await this.db.put('pages', page);
  }

  remove(userId: number, channelId: number): Promise<void> {
    return this.db.delete('pages', [userId, channelId]);
  }

  removeAll(userId: number): Promise<void> {
    return this.db.delete('pages', IDBKeyRange.bound([userId], [userId, []]));
  }
}
