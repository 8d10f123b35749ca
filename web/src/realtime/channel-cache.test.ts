import { beforeEach, expect, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { ChannelCache } from './channel-cache';
import { noChannels, withAll, withDetails } from './channel-list';
import { aChannel } from './testing';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
  const items = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

function scene() {
  const cache = new ChannelCache('https://a.example', 7);
  const channels = createStore(() => withAll(noChannels, [aChannel()]));
  cache.start(channels);
  const name = () => cache.load()?.map((channel) => channel.name);
  const rename = (to: string) =>
    channels.setState(
      (list) => withDetails(list, { chatChannelId: 1, name: to, archivedAt: null } as never),
      true,
    );
  return { cache, name, rename };
}

it('keeps what changed in a channel, not only that there is one more', () => {
  const { name, rename } = scene();
  rename('renamed');
  vi.runAllTimers();
  expect(name()).toEqual(['renamed']);
});

it('keeps at once what changed just before the page is left', () => {
  const { cache, name, rename } = scene();
  rename('renamed');
  window.dispatchEvent(new Event('pagehide'));
  expect(name()).toEqual(['renamed']);
  rename('after sign-out');
  cache.stop();
  window.dispatchEvent(new Event('pagehide'));
  expect(name()).toEqual(['renamed']);
});

it('keeps nothing after it was stopped', () => {
  const { cache, name, rename } = scene();
  rename('renamed');
  cache.stop();
  vi.runAllTimers();
  expect(name()).toBeUndefined();
});

it('lets the page go on when there is no room', () => {
  const { cache, rename } = scene();
  vi.spyOn(localStorage, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  rename('renamed');
  vi.runAllTimers();
  cache.stop();
});
