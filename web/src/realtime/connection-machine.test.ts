import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff';
import { step, type ConnectionInput, type ConnectionStatus } from './connection-machine';

const online: ConnectionStatus = { kind: 'online' };
const lost = (fields: Partial<ConnectionInput & { kind: 'lost' }> = {}): ConnectionInput => ({
  kind: 'lost',
  now: 1_000,
  networkDown: false,
  retryAfterMs: null,
  random: 1,
  ...fields,
});

describe('step', () => {
  it('waits longer from attempt to attempt, and starts over once online', () => {
    const first = step(online, lost());
    expect(first).toEqual({
      status: { kind: 'reconnecting', attempt: 1, retryAt: 2_000 },
      effect: { kind: 'wait', ms: 1_000 },
    });
    const trying = step(first.status, { kind: 'retry' });
    expect(trying).toEqual({
      status: { kind: 'reconnecting', attempt: 1, retryAt: null },
      effect: { kind: 'connect' },
    });
    const second = step(trying.status, lost());
    expect(second).toMatchObject({ status: { attempt: 2 }, effect: { ms: 2_000 } });
    const back = step(second.status, { kind: 'ready' });
    expect(step(back.status, lost())).toMatchObject({ status: { attempt: 1 } });
  });

  it('waits at least as long as the server asked for', () => {
    expect(step(online, lost({ retryAfterMs: 30_000 }))).toMatchObject({
      effect: { kind: 'wait', ms: 30_000 },
    });
  });

  it('tells a lost network from a lost server, and still retries', () => {
    const offline = step(online, lost({ networkDown: true }));
    expect(offline).toMatchObject({ status: { kind: 'offline' }, effect: { kind: 'wait' } });
    expect(step(offline.status, { kind: 'retry' }).effect).toEqual({ kind: 'connect' });
  });

  it('ignores a retry while an attempt is under way or none is needed', () => {
    const trying: ConnectionStatus = { kind: 'reconnecting', attempt: 3, retryAt: null };
    for (const status of [trying, online, { kind: 'connecting' } as const]) {
      expect(step(status, { kind: 'retry' })).toEqual({ status, effect: { kind: 'none' } });
    }
  });

  it('stays signed out until it is started again', () => {
    const out = step(online, { kind: 'sign-out', code: 'auth.revoked' });
    expect(out).toEqual({ status: { kind: 'signed-out', code: 'auth.revoked' }, effect: { kind: 'close' } });
    expect(step(out.status, lost()).effect).toEqual({ kind: 'none' });
    expect(step(out.status, { kind: 'retry' }).effect).toEqual({ kind: 'none' });
    expect(step(out.status, { kind: 'start' }).effect).toEqual({ kind: 'connect' });
  });
});

it('backs off between half a ceiling and the ceiling, at most 20 s', () => {
  expect([backoffMs(1, 0), backoffMs(1, 1), backoffMs(3, 0), backoffMs(3, 1)]).toEqual([
    500, 1_000, 2_000, 4_000,
  ]);
  expect(backoffMs(1_000, 1)).toBe(20_000);
});
