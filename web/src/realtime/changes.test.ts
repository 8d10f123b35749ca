import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { Database } from '../storage/database';
import { Changes, type StoredWish, type Wish } from './changes';
import { RESEND_MAX_AGE_MS } from './outbox';
import { Patience } from './patience';
import type { Reply, Request } from './protocol';

const wish: Wish = { chatChannelId: 1, messageId: 7, kind: 'react', reaction: '👍' };

let user = 0;
const aStore = () => new Database().store<StoredWish>('wishes', `https://a.example|${user}`);
const ok: Reply<unknown> = { kind: 'ok', value: { reactions: [], message: {} } };

function scene(...replies: Reply<unknown>[]) {
  user++;
  const request = vi.fn(async () => replies.shift() ?? { kind: 'lost' });
  const done = vi.fn();
  const refused = vi.fn();
  const changes = new Changes(request as unknown as Request, aStore(), { done, refused });
  return { changes, request, done, refused };
}

it('shows a wish until it is fulfilled', async () => {
  const { changes, done } = scene({ kind: 'ok', value: { reactions: [] } });
  changes.wish(wish);
  expect(changes.store.getState()).toMatchObject([wish]);
  await vi.waitFor(() => expect(changes.store.getState()).toEqual([]));
  // What the answer holds may be older than an event that came before it.
  expect(done).not.toHaveBeenCalled();
});

it('takes back what was refused, and tells', async () => {
  const error = { code: 'limit.reactions', message: '', retryable: false };
  const { changes, done, refused } = scene({ kind: 'refused', error });
  changes.wish(wish);
  await vi.waitFor(() => expect(refused).toHaveBeenCalledWith(expect.objectContaining(wish), error));
  expect(changes.store.getState()).toEqual([]);
  expect(done).not.toHaveBeenCalled();
});

it('asks again after a reconnect for what got no answer, in order', async () => {
  const { changes, request } = scene();
  const second: Wish = { ...wish, kind: 'unreact' };
  changes.wish(wish);
  changes.wish(second);
  await vi.waitFor(() => expect(request).toHaveBeenCalledTimes(1));
  expect(changes.store.getState()).toMatchObject([wish, second]);
  request.mockImplementation(async () => ({ kind: 'ok', value: { reactions: [] } }));
  await vi.waitFor(async () => {
    await changes.resume();
    expect(changes.store.getState()).toEqual([]);
  });
  expect(request.mock.calls.slice(-2).map(([name]: unknown[]) => name)).toEqual([
    'add_reaction',
    'remove_reaction',
  ]);
});

it('counts a deletion of what is deleted as done', async () => {
  const { changes, refused } = scene({
    kind: 'refused',
    error: { code: 'message.deleted', message: '', retryable: false },
  });
  changes.wish({ chatChannelId: 1, messageId: 7, kind: 'delete' });
  await vi.waitFor(() => expect(changes.store.getState()).toEqual([]));
  expect(refused).not.toHaveBeenCalled();
});

it('asks again while connected after no answer or "later", and keeps the order', async () => {
  const later: Reply<unknown> = {
    kind: 'refused',
    error: { code: 'server.unavailable', message: '', retryable: true, retryAfterMs: 1 },
  };
  const { request, done, refused } = scene(later, { kind: 'lost' }, ok);
  const patience = new Patience(request as unknown as Request);
  patience.resume();
  const changes = new Changes(patience.ask, aStore(), { done, refused });
  const first: Wish = { chatChannelId: 1, messageId: 7, kind: 'edit', content: 'first' };
  changes.wish(first);
  changes.wish({ ...first, content: 'second' });
  request.mockImplementation(async () => ok);
  await vi.waitFor(() => expect(changes.store.getState()).toEqual([]), { timeout: 5_000 });
  const texts = request.mock.calls.map((call: unknown[]) => (call[1] as { content: string }).content);
  expect([...new Set(texts)]).toEqual(['first', 'second']);
  expect(refused).not.toHaveBeenCalled();
});

it('keeps over a reload what was wished without a connection', async () => {
  const { changes } = scene();
  const edit: Wish = { chatChannelId: 1, messageId: 7, kind: 'edit', content: 'written offline' };
  changes.wish(edit);
  const request = vi.fn(async () => ok);
  const reload = async () => {
    const page = new Changes(request as unknown as Request, aStore(), { done: vi.fn(), refused: vi.fn() });
    await page.restore();
    return page;
  };
  const tabs = await Promise.all([reload(), reload()]);
  await vi.waitFor(() => expect(tabs.map((tab) => tab.store.getState())).toEqual([[], []]));
  expect(request.mock.calls[0]).toEqual([
    'edit_message',
    { chatChannelId: 1, messageId: 7, content: 'written offline' },
  ]);
  await vi.waitFor(async () => expect(await aStore().all()).toEqual([]));
});

it('does nothing that another tab has done, or that was wished too long ago', async () => {
  const { changes } = scene();
  changes.wish(wish);
  const [kept] = await aStore().all();
  const old = { ...wish, id: '0-old', createdAt: Date.now() - RESEND_MAX_AGE_MS - 1 };
  await aStore().put(old.id, old);
  const request = vi.fn(async (): Promise<Reply<unknown>> => ({ kind: 'lost' }));
  const refused = vi.fn();
  const other = new Changes(request as unknown as Request, aStore(), { done: vi.fn(), refused });
  await other.restore();
  await vi.waitFor(() =>
    expect(refused).toHaveBeenCalledWith(old, expect.objectContaining({ code: 'client.too_old' })),
  );
  await vi.waitFor(() => expect(request).toHaveBeenCalledTimes(1));
  await aStore().remove(kept?.id ?? '');
  await vi.waitFor(async () => {
    await other.resume();
    expect(other.store.getState()).toEqual([]);
  });
  expect(request).toHaveBeenCalledTimes(1);
});
