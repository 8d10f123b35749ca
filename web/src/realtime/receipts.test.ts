import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Request } from './protocol';
import { MarkSender, Receipts } from './receipts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene() {
  let online = true;
  let delayMs = 0;
  const request = vi.fn(async (_: string, body: { messageId: number }) => {
    if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
    return online
      ? { kind: 'ok', value: { lastReadMessageId: body.messageId, unreadCount: 3 } }
      : { kind: 'lost' };
  });
  const onRead = vi.fn();
  const marks = new MarkSender(request as unknown as Request, onRead);
  const sent = () => request.mock.calls.map(([name, body]) => [name, body.messageId]);
  return {
    marks,
    onRead,
    sent,
    offline: (value: boolean) => (online = !value),
    answerAfter: (ms: number) => (delayMs = ms),
  };
}

it('sends the latest mark of a channel, once for many', async () => {
  const { marks, onRead, sent } = scene();
  for (const id of [1, 2, 5, 4]) marks.mark('read', 1, id);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent()).toEqual([['mark_as_read', 5]]);
  expect(onRead).toHaveBeenCalledWith(1, 5, 3);
});

it('sends what was seen during the round trip of the mark before', async () => {
  const { marks, sent, answerAfter } = scene();
  answerAfter(300);
  marks.mark('read', 1, 1);
  await vi.advanceTimersByTimeAsync(500);
  marks.mark('read', 1, 2);
  marks.mark('delivered', 2, 9);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent()).toEqual([
    ['mark_as_read', 1],
    ['mark_as_read', 2],
    ['mark_as_delivered', 9],
  ]);
});

it('does not say of what was read that it came', async () => {
  const { marks, sent } = scene();
  marks.mark('delivered', 1, 5);
  marks.mark('read', 1, 5);
  marks.mark('delivered', 2, 9);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent()).toEqual([
    ['mark_as_read', 5],
    ['mark_as_delivered', 9],
  ]);
});

it('keeps what got no answer for the next connect', async () => {
  const { marks, sent, offline } = scene();
  offline(true);
  marks.mark('read', 1, 5);
  await vi.advanceTimersByTimeAsync(1_000);
  offline(false);
  marks.resume();
  await vi.advanceTimersByTimeAsync(1_000);
  marks.resume();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent()).toEqual([
    ['mark_as_read', 5],
    ['mark_as_read', 5],
  ]);
});

it('moves the marks of others forward only; what is read is delivered', () => {
  const receipts = new Receipts();
  receipts.moved('read', 1, 7, 10);
  receipts.moved('read', 1, 7, 8);
  receipts.moved('delivered', 1, 7, 12);
  expect(receipts.store.getState().get(1)?.get(7)).toEqual({ read: 10, delivered: 12 });
  const before = receipts.store.getState();
  receipts.moved('delivered', 1, 7, 11);
  expect(receipts.store.getState()).toBe(before);
});

it('takes over where the members are when a channel is joined, and forgets nothing for it', () => {
  const receipts = new Receipts();
  receipts.moved('read', 1, 7, 10);
  receipts.placed(1, [
    { userId: 7, lastReadMessageId: 8, lastDeliveredMessageId: 12 },
    { userId: 8, lastReadMessageId: 11, lastDeliveredMessageId: null },
    { userId: 9, lastReadMessageId: null, lastDeliveredMessageId: null },
  ]);
  expect([...(receipts.store.getState().get(1) ?? [])]).toEqual([
    [7, { read: 10, delivered: 12 }],
    [8, { read: 11, delivered: 11 }],
  ]);
  const before = receipts.store.getState();
  receipts.placed(1, []);
  expect(receipts.store.getState()).toBe(before);
});
