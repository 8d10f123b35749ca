import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AlertClaims, deservesAlert, type Locks } from './alerts';
import { aChannel, aMessage } from './testing';

const now = Date.UTC(2026, 10, 22);
const at = { me: 9, now, watched: null };

describe('deservesAlert', () => {
  it('is for messages of others in channels that nobody looks at', () => {
    expect(deservesAlert(aMessage(1), aChannel(), at)).toBe(true);
    expect(deservesAlert(aMessage(1), aChannel(), { ...at, watched: 2 })).toBe(true);
    expect(deservesAlert(aMessage(1), aChannel(), { ...at, watched: 1 })).toBe(false);
    expect(deservesAlert(aMessage(1, { senderId: 9 }), aChannel(), at)).toBe(false);
    expect(deservesAlert(aMessage(1), undefined, at)).toBe(false);
  });

  it('is not for muted channels, until the time is over', () => {
    const muted = (until: number) => aChannel({ mutedUntil: new Date(until).toISOString() });
    expect(deservesAlert(aMessage(1), muted(now + 1), at)).toBe(false);
    expect(deservesAlert(aMessage(1), muted(now - 1), at)).toBe(true);
  });
});

describe('AlertClaims', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function aStorage() {
    const values = new Map<string, string>();
    return {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    };
  }

  function tabs(count: number): AlertClaims[] {
    const storage = aStorage();
    let last: Promise<unknown> = Promise.resolve();
    const locks: Locks = { request: (_, __, work) => (last = last.then(work)) };
    return Array.from({ length: count }, () => new AlertClaims(storage, locks));
  }

  it('lets one tab speak of a message, and of an invitation with the same number', async () => {
    const ofAll = tabs(3);
    for (const subject of [7, 'i7'] as const) {
      const claims = ofAll.map((tab) => tab.claim(subject));
      await vi.runAllTimersAsync();
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
    }
  });

  it('lets none speak of what is looked at in another tab', async () => {
    const [first, second] = tabs(2);
    const claim = first?.claim(7);
    void second?.settle(7);
    await vi.runAllTimersAsync();
    expect(await claim).toBe(false);
  });

  it('lets a message be told although a later one, of a channel that is looked at, came meanwhile', async () => {
    const [first, second] = tabs(2);
    const claims = [first?.claim(7), second?.claim(7)];
    void first?.settle(8);
    await vi.runAllTimersAsync();
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  it('does not wait for ever for a tab that holds the lock', async () => {
    const waited = new AbortController();
    const deadline = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(waited.signal);
    const held: Locks = {
      request: (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    };
    const claim = new AlertClaims(aStorage(), held).claim(7);
    await vi.runAllTimersAsync();
    waited.abort();
    expect(await claim).toBe(true);
    expect(deadline).toHaveBeenCalledOnce();
    deadline.mockRestore();
  });
});
