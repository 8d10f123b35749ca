// IndexedDB behind a guard: nothing here throws, and nobody waits long. Where the browser refuses (private window, full
// disk) or hangs, reading finds nothing and writing is lost.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export const PATIENCE_MS = 2_000;

interface Row {
  /** A user on a server. */
  readonly owner: string;
  readonly id: string | number;
  readonly value: unknown;
}

interface StoreOfRows {
  key: [owner: string, id: string | number];
  value: Row;
}

interface Schema extends DBSchema {
  outbox: StoreOfRows;
  wishes: StoreOfRows;
  pages: StoreOfRows;
}

type StoreName = 'outbox' | 'wishes' | 'pages';
const STORES: readonly StoreName[] = ['outbox', 'wishes', 'pages'];

type Handle = IDBPDatabase<Schema>;

/** Without a url the one that the page came from. */
export const serverOf = (url?: string): string => url?.replace(/\/+$/, '') ?? location.origin;

export const ownerOf = (server: string, userId: number): string => `${server}|${userId}`;

export class Database {
  private opened: Promise<Handle> | null = null;
  private patience = PATIENCE_MS;

  store<T>(name: StoreName, owner: string): OwnStore<T> {
    return new OwnStore(this, name, owner);
  }

  /** Forgets everything that is not this user's on this server; null: everything. */
  async keepOnly(owner: string | null): Promise<void> {
    await this.attempt(async (db) => {
      const others =
        owner === null
          ? [IDBKeyRange.lowerBound([])]
          : [IDBKeyRange.upperBound([owner], true), IDBKeyRange.lowerBound([owner, []], true)];
      const change = db.transaction(STORES, 'readwrite');
      for (const name of STORES)
        for (const range of others)
          void change
            .objectStore(name)
            .delete(range)
            .catch(() => undefined);
      await change.done;
    }, undefined);
  }

  /** One that hung is not waited for again until it answers: what is asked meanwhile is still done, if it ever does. */
  async attempt<T>(work: (db: Handle) => Promise<T>, otherwise: T): Promise<T> {
    const answer = Promise.resolve()
      .then(() => this.open())
      .then(work)
      .catch(() => otherwise)
      .then((value) => {
        this.patience = PATIENCE_MS;
        return value;
      });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<T>((done) => {
      timer = setTimeout(() => {
        this.patience = 0;
        done(otherwise);
      }, this.patience);
    });
    return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
  }

  private open(): Promise<Handle> {
    const closed = (): void => {
      this.opened = null;
    };
    const opening = (this.opened ??= openDB<Schema>('hubbub', 2, {
      upgrade,
      // A newer version of the page wants to change it: it goes first.
      blocking: (_current, _next, event) => {
        closed();
        (event.target as IDBDatabase).close();
      },
      terminated: closed,
    }));
    opening.catch(closed);
    return opening;
  }
}

/** What one user keeps of one kind, by id. */
export class OwnStore<T> {
  constructor(
    private readonly database: Database,
    private readonly name: StoreName,
    private readonly owner: string,
  ) {}

  /** By ascending id. */
  async all(): Promise<T[]> {
    const rows = await this.database.attempt((db) => db.getAll(this.name, this.range()), []);
    return rows.map((row) => row.value as T);
  }

  async get(id: string | number): Promise<T | null> {
    const row = await this.database.attempt((db) => db.get(this.name, [this.owner, id]), undefined);
    return (row?.value as T | undefined) ?? null;
  }

  async put(id: string | number, value: T): Promise<void> {
    const row: Row = { owner: this.owner, id, value };
    await this.database.attempt((db) => db.put(this.name, row), null);
  }

  remove(id: string | number): Promise<void> {
    return this.database.attempt((db) => db.delete(this.name, [this.owner, id]), undefined);
  }

  clear(): Promise<void> {
    return this.database.attempt((db) => db.delete(this.name, this.range()), undefined);
  }

  private range(): IDBKeyRange {
    return IDBKeyRange.bound([this.owner], [this.owner, []]);
  }
}

/** Version 1 kept an outbox for all servers, by user, and the pages in a database of their own. */
async function upgrade(
  db: Handle,
  oldVersion: number,
  _: number | null,
  change: UpgradeTransaction,
): Promise<void> {
  const before =
    oldVersion === 1 ? ((await change.objectStore('outbox').getAll()) as unknown as OldEntry[]) : [];
  if (oldVersion === 1) db.deleteObjectStore('outbox');
  for (const name of STORES) db.createObjectStore(name, { keyPath: ['owner', 'id'] });
  for (const value of before) {
    const row = { owner: ownerOf(serverOf(), value.userId), id: value.clientMessageId, value };
    await change.objectStore('outbox').put(row);
  }
  indexedDB.deleteDatabase('hubbub-pages');
}

interface OldEntry {
  readonly userId: number;
  readonly clientMessageId: string;
}

type UpgradeTransaction = Parameters<
  NonNullable<NonNullable<Parameters<typeof openDB<Schema>>[2]>['upgrade']>
>[3];
