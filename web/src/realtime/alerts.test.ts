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

  /** Of one browser: what a tab writes, the others read `delayMs` later. */
  function storages(delayMs: number) {
    const tabs: Map<string, string>[] = [];
    return () => {
      const mine = new Map<string, string>();
      tabs.push(mine);
      return {
        getItem: (key: string) => mine.get(key) ?? null,
        setItem: (key: string, value: string) => {
          mine.set(key, value);
          setTimeout(() => tabs.forEach((tab) => tab.set(key, value)), delayMs);
        },
      };
    };
  }

  function someLocks(): Locks {
    const held = new Set<string>();
    return {
      request: async (name, _, work) => {
        await Promise.resolve();
        if (held.has(name)) return work(null);
        held.add(name);
        await work({ name });
        held.delete(name);
      },
    };
  }

  function tabs(count: number, locks: Locks | undefined = someLocks()): AlertClaims[] {
    const storage = storages(100);
    return Array.from({ length: count }, () => new AlertClaims(storage(), locks));
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

  it('lets one speak also when the other comes before it can read what the first one wrote', async () => {
    const [first, second] = tabs(2);
    const early = first?.claim(7);
    await vi.advanceTimersByTimeAsync(50);
    const late = second?.claim(7);
    await vi.runAllTimersAsync();
    expect([await early, await late]).toEqual([true, false]);
  });

  it('remembers what was told when a tab comes to it much later', async () => {
    const [first, second] = tabs(2);
    const claim = first?.claim(7);
    await vi.runAllTimersAsync();
    expect(await claim).toBe(true);
    const late = second?.claim(7);
    await vi.runAllTimersAsync();
    expect(await late).toBe(false);
  });

  it('speaks where the browser refuses locks', async () => {
    const claim = tabs(1, { request: () => Promise.reject(new Error('no locks here')) })[0]?.claim(7);
    await vi.runAllTimersAsync();
    expect(await claim).toBe(true);
  });
});
