import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withDetails, withMessage, withRead } from './channel-list';
import { ChannelRoll, type ChannelPage } from './channel-roll';
import { aChannel, aMessage } from './testing';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const channel = (chatChannelId: number, fields = {}) =>
  aChannel({ chatChannelId, lastSeq: 5, lastMessageId: 105, ...fields });

/** The pages of a server, each given when it is asked to. */
function scene(cached: number[] | null = null) {
  const asked: { cursor: string; give: (page: ChannelPage) => Promise<void>; fail: () => Promise<void> }[] =
    [];
  const told: number[] = [];
  const complete = vi.fn();
  const roll = new ChannelRoll(
    cached && cached.map((id) => channel(id, { name: 'cached' })),
    (cursor) =>
      new Promise((resolve, reject) =>
        asked.push({
          cursor,
          give: async (page) => {
            resolve(page);
            await vi.advanceTimersByTimeAsync(0);
          },
          fail: async () => {
            reject(new Error('no network'));
            await vi.advanceTimersByTimeAsync(0);
          },
        }),
      ),
    { told: (channels) => told.push(...channels.map((one) => one.chatChannelId)), complete },
  );
  const ids = () => [...roll.store.getState().byId.keys()].sort((a, b) => a - b);
  const page = (at: number) => {
    const one = asked[at];
    if (!one) throw new Error(`page ${at} was not asked for`);
    return one;
  };
  return { roll, asked, told, complete, ids, page, of: (id: number) => roll.store.getState().byId.get(id) };
}

it('has the newest at once and all when the last page is there', async () => {
  const { roll, told, complete, ids, page } = scene();
  roll.connected([channel(7), channel(9)], 'one');
  expect([ids(), roll.store.getState().known, page(0).cursor]).toEqual([[7, 9], false, 'one']);
  await page(0).give({ channels: [channel(1), channel(7), channel(8)], nextCursor: 'two' });
  await page(1).give({ channels: [channel(9)], nextCursor: null });
  expect([ids(), told, roll.store.getState().known]).toEqual([[1, 7, 8, 9], [7, 9, 1, 8], true]);
  expect(complete).toHaveBeenCalledTimes(1);
});

it('asks for no page where the newest are all', () => {
  const { roll, asked, complete, ids } = scene([1, 7]);
  roll.connected([channel(7)], null);
  expect([ids(), asked.length, complete.mock.calls.length]).toEqual([[7], 0, 1]);
});

it('keeps what it knew until it is known to be gone', async () => {
  const { roll, ids, page, of } = scene([1, 2, 7]);
  roll.connected([channel(7)], 'one');
  expect(ids()).toEqual([1, 2, 7]);
  await page(0).give({ channels: [channel(1), channel(7)], nextCursor: null });
  expect([ids(), of(1)?.name]).toEqual([[1, 7], 'general']);
});

it('counts a message that came before the page of its channel, once', async () => {
  const { roll, page, of } = scene();
  roll.connected([channel(7)], 'one');
  for (const [id, seq] of [
    [1, 6],
    [1, 7],
    [2, 6],
    [7, 6],
  ] as const)
    roll.change(id, (list) => withMessage(list, aMessage(seq, { chatChannelId: id }), seq, 9));
  roll.change(2, (list) =>
    withDetails(list, { chatChannelId: 2, name: 'renamed', archivedAt: null } as never),
  );
  roll.change(3, (list) => withRead(list, 3, 105, 0));
  // The page of 1 was read between its messages; that of 2 before, of 3 before what was read elsewhere.
  const channels = [
    channel(1, { lastSeq: 6, unreadCount: 1 }),
    channel(2),
    channel(3, { unreadCount: 4, lastReadMessageId: 101 }),
    channel(7),
  ];
  await page(0).give({ channels, nextCursor: null });
  expect([1, 2, 3, 7].map((id) => [of(id)?.lastSeq, of(id)?.unreadCount])).toEqual([
    [7, 2],
    [6, 1],
    [5, 0],
    [6, 1],
  ]);
  expect(of(2)?.name).toBe('renamed');
});

it('believes an addition or removal more than a page that is on its way', async () => {
  const { roll, page, ids, of } = scene([2]);
  roll.connected([channel(7)], 'one');
  roll.remove(2);
  roll.add(channel(3, { name: 'added' }));
  roll.refresh(channel(4, { name: 'caught up' }));
  await page(0).give({ channels: [channel(2), channel(3), channel(4), channel(7)], nextCursor: null });
  expect([ids(), of(3)?.name, of(4)?.name]).toEqual([[3, 4, 7], 'added', 'caught up']);
  roll.refresh(channel(2));
  expect(ids()).toEqual([3, 4, 7]);
});

it('asks again for a page that failed, and for none after the connection ended', async () => {
  const { roll, asked, ids, page } = scene();
  roll.connected([channel(7)], 'one');
  await page(0).fail();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(page(1).cursor).toBe('one');
  roll.pause();
  await page(1).give({ channels: [channel(1)], nextCursor: 'two' });
  expect([asked.length, ids()]).toEqual([2, [7]]);
  roll.connected([channel(7)], 'again');
  await page(2).give({ channels: [channel(1), channel(7)], nextCursor: null });
  expect(ids()).toEqual([1, 7]);
});
