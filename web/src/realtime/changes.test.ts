import { expect, it, vi } from 'vitest';
import { Changes, type Wish } from './changes';
import type { Reply, Request } from './protocol';

const wish: Wish = { chatChannelId: 1, messageId: 7, kind: 'react', reaction: '👍' };

function scene(...replies: Reply<unknown>[]) {
  const request = vi.fn(async () => replies.shift() ?? { kind: 'lost' });
  const done = vi.fn();
  const refused = vi.fn();
  const changes = new Changes(request as unknown as Request, { done, refused });
  return { changes, request, done, refused };
}

it('shows a wish until it is fulfilled', async () => {
  const { changes, done } = scene({ kind: 'ok', value: { reactions: [] } });
  changes.wish(wish);
  expect(changes.store.getState()).toEqual([wish]);
  await vi.waitFor(() => expect(changes.store.getState()).toEqual([]));
  // What the answer holds may be older than an event that came before it.
  expect(done).not.toHaveBeenCalled();
});

it('takes back what was refused, and tells', async () => {
  const error = { code: 'limit.reactions', message: '', retryable: false };
  const { changes, done, refused } = scene({ kind: 'refused', error });
  changes.wish(wish);
  await vi.waitFor(() => expect(refused).toHaveBeenCalledWith(wish, error));
  expect(changes.store.getState()).toEqual([]);
  expect(done).not.toHaveBeenCalled();
});

it('asks again after a reconnect for what got no answer, in order', async () => {
  const { changes, request } = scene();
  const second: Wish = { ...wish, kind: 'unreact' };
  changes.wish(wish);
  changes.wish(second);
  await vi.waitFor(() => expect(request).toHaveBeenCalledTimes(1));
  expect(changes.store.getState()).toEqual([wish, second]);
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
