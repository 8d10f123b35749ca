import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PresenceStore } from './presence';
import type { Request } from './protocol';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks for many at once, each once, and again after a reconnect', async () => {
  const request = vi.fn(async (_: string, { userIds }: { userIds: number[] }) => ({
    kind: 'ok',
    value: { presence: userIds.map((userId) => ({ userId, status: 'online' })) },
  }));
  const presence = new PresenceStore(1, request as unknown as Request, request as unknown as Request);
  presence.want([1, 2]);
  presence.want([2, 3]);
  await vi.runAllTimersAsync();
  presence.want([1]);
  await vi.runAllTimersAsync();
  expect(request.mock.calls.map(([, body]) => body.userIds)).toEqual([[1, 2, 3]]);
  presence.changed([{ userId: 2, status: 'away', statusText: 'lunch' }]);
  expect(presence.store.getState().get(2)).toEqual({ userId: 2, status: 'away', statusText: 'lunch' });
  presence.resume();
  await vi.runAllTimersAsync();
  expect(request).toHaveBeenCalledTimes(2);
  expect(presence.store.getState().get(2)?.status).toBe('online');
});

it('follows the events', () => {
  const presence = new PresenceStore(1, vi.fn(), vi.fn());
  const known = () => presence.store.getState().get(2);
  presence.handle({ event: 'user_online', data: { userId: 2 } });
  expect(known()).toEqual({ userId: 2, status: 'online' });
  presence.handle({ event: 'presence_update', data: { userId: 2, status: 'dnd', statusText: 'hush' } });
  expect(known()).toEqual({ userId: 2, status: 'dnd', statusText: 'hush' });
  const lastSeenAt = '2026-11-22T10:00:00Z';
  presence.handle({ event: 'user_offline', data: { userId: 2, lastSeenAt } });
  expect(known()).toEqual({ userId: 2, status: 'offline', lastSeenAt });
});

it('waits for what the server tells of a user, but not for ever', async () => {
  let answer: (reply: unknown) => void = () => undefined;
  const request = (() => new Promise((done) => (answer = done))) as unknown as Request;
  const presence = new PresenceStore(1, request, request);
  const known = presence.known(1);
  await vi.advanceTimersByTimeAsync(1_000);
  answer({ kind: 'ok', value: { presence: [{ userId: 1, status: 'dnd' }] } });
  expect((await known)?.status).toBe('dnd');
  expect((await presence.known(1))?.status).toBe('dnd');

  const never = presence.known(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await never).toBeUndefined();
});
