import { afterEach, expect, it, vi } from 'vitest';
import { local } from './local';

/** As a browser's, with room for so many characters. */
function aStorage(room: number): Map<string, string> {
  const items = new Map<string, string>();
  const size = (): number => [...items].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  vi.stubGlobal(
    'localStorage',
    new Proxy(
      {
        getItem: (key: string) => items.get(key) ?? null,
        removeItem: (key: string) => void items.delete(key),
        setItem(key: string, value: string) {
          const before = items.get(key);
          items.set(key, value);
          if (size() <= room) return;
          if (before === undefined) items.delete(key);
          else items.set(key, before);
          throw new DOMException('full', 'QuotaExceededError');
        },
      },
      {
        ownKeys: () => [...items.keys()],
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
      },
    ),
  );
  return items;
}

afterEach(() => {
  local.keepOnly(null);
  vi.unstubAllGlobals();
});

it('keeps for the page what a blocked storage refuses', () => {
  vi.stubGlobal('localStorage', {
    get getItem(): never {
      throw new DOMException('blocked', 'SecurityError');
    },
  });
  local.set('hubbub.draft.7.1', 'text');
  expect(local.get('hubbub.draft.7.1')).toBe('text');
  expect(local.isShared()).toBe(false);
  local.remove('hubbub.draft.7.1');
  expect(local.get('hubbub.draft.7.1')).toBeNull();
});

it('makes room by dropping what can be fetched again', () => {
  const items = aStorage(100);
  local.set('hubbub.channels.7', 'x'.repeat(70));
  local.set('hubbub.draft.7.1', 'y'.repeat(50));
  expect([...items.keys()]).toEqual(['hubbub.draft.7.1']);
});

it('leaves no old value behind a new one that found no room', () => {
  const items = aStorage(40);
  local.set('hubbub.draft.7.1', 'old');
  local.set('hubbub.draft.7.1', 'z'.repeat(50));
  expect([local.get('hubbub.draft.7.1')?.length, items.size]).toEqual([50, 0]);
});

it('forgets what is of other users and nothing of the browser', () => {
  const items = aStorage(1_000);
  for (const key of [
    'hubbub.theme',
    'hubbub.session',
    'hubbub.channels.7',
    'hubbub.draft.7.1',
    'hubbub.draft.8.1',
    'other.7',
  ])
    local.set(key, 'v');
  local.keepOnly(7);
  expect(items.has('hubbub.draft.8.1')).toBe(false);
  expect(items.size).toBe(5);
  local.keepOnly(null);
  expect([...items.keys()]).toEqual(['hubbub.theme', 'hubbub.session', 'other.7']);
});
