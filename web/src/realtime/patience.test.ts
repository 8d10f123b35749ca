import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Patience } from './patience';
import type { Reply, Request } from './protocol';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refused = (retryable: boolean, retryAfterMs?: number): Reply<never> => ({
  kind: 'refused',
  error: { code: 'server.unavailable', message: '', retryable, ...(retryAfterMs && { retryAfterMs }) },
});
const ok: Reply<unknown> = { kind: 'ok', value: { presence: [] } };

function scene(...replies: Reply<unknown>[]) {
  const request = vi.fn(async () => replies.shift() ?? ok);
  const patience = new Patience(request as unknown as Request);
  patience.resume();
  return { patience, request, reply: patience.ask('get_presence', { userIds: [1] }) };
}

it('asks again after no answer and after "later", until there is one for good', async () => {
  const { reply, request } = scene({ kind: 'lost' }, refused(true), refused(true, 30_000));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(request).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await reply).toEqual(ok);
  expect(request).toHaveBeenCalledTimes(4);
});

it('takes a refusal for good as an answer', async () => {
  const { reply, request } = scene(refused(false));
  expect(await reply).toEqual(refused(false));
  expect(request).toHaveBeenCalledTimes(1);
});

it('gives up at once when the connection ends, also while it waits', async () => {
  const { patience, reply, request } = scene(refused(true, 60_000));
  await vi.advanceTimersByTimeAsync(1);
  patience.pause();
  expect(await reply).toEqual({ kind: 'lost' });
  expect(await patience.ask('get_presence', {})).toEqual({ kind: 'lost' });
  expect(request).toHaveBeenCalledTimes(1);
});
