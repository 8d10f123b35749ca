import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, expect, it, vi } from 'vitest';
import { Database, ownerOf, serverOf, PATIENCE_MS } from './database';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const here = ownerOf(serverOf('https://a.example/'), 7);

it('takes over the messages that an earlier version kept, for the server of the page', async () => {
  vi.stubGlobal('location', { origin: 'https://a.example' });
  const old = await openDB('hubbub', 1, {
    upgrade: (db) =>
      void db.createObjectStore('outbox', { keyPath: 'clientMessageId' }).createIndex('userId', 'userId'),
  });
  await old.put('outbox', { clientMessageId: 'm1', userId: 7, content: 'kept' });
  old.close();
  expect(await new Database().store('outbox', here).all()).toMatchObject([{ content: 'kept' }]);
  await new Database().keepOnly(null);
});

it('keeps apart two servers and two users', async () => {
  const database = new Database();
  const owners = [here, ownerOf('https://b.example', 7), ownerOf('https://a.example', 71)];
  for (const owner of owners) await database.store('outbox', owner).put('m1', owner);
  for (const owner of owners) expect(await database.store('outbox', owner).all()).toEqual([owner]);
  await database.keepOnly(here);
  expect(await Promise.all(owners.map((owner) => database.store('outbox', owner).all()))).toEqual([
    [here],
    [],
    [],
  ]);
  await database.store('outbox', here).clear();
  expect(await database.store('outbox', here).get('m1')).toBeNull();
});

it('finds nothing where the browser has no IndexedDB', async () => {
  vi.stubGlobal('indexedDB', undefined);
  const store = new Database().store('pages', here);
  await store.put(1, 'page');
  expect(await store.get(1)).toBeNull();
});

it('waits once for one that hangs, then for nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('indexedDB', {
    open: () => Object.assign(Object.create(IDBOpenDBRequest.prototype), { addEventListener() {} }),
  });
  const database = new Database();
  const store = database.store('outbox', here);
  const put = store.put('m1', 'text');
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  await put;
  const all = Promise.all([store.all(), store.remove('m1'), database.keepOnly(null)]);
  await vi.advanceTimersByTimeAsync(1);
  expect((await all)[0]).toEqual([]);
});

it('lets a newer version of the page change the database', async () => {
  const store = new Database().store('outbox', here);
  await store.put('m1', 'text');
  const newer = await openDB('hubbub', 3);
  expect(newer.version).toBe(3);
  newer.close();
});
