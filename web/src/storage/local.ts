// localStorage behind a guard: nothing here throws. What the browser refuses to keep (blocked, private, full) lives as
// long as the page. Keys: `hubbub.NAME` of the browser, `hubbub.NAME.USER…` of a user.

/** Can be fetched again: dropped first when there is no room. */
const EXPENDABLE = 'hubbub.channels.';
const OF_A_USER = /^hubbub\.[a-z]+\.(\d+)(?:\.|$)/;

const refused = new Map<string, string>();

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

const put = (key: string, value: string): boolean =>
  attempt(() => {
    localStorage.setItem(key, value);
    return true;
  }, false);

const keys = (): string[] => [...attempt(() => Object.keys(localStorage), []), ...refused.keys()];

export const local = {
  /** Whether other tabs see what is written here. */
  isShared: (): boolean =>
    put('hubbub.probe', '') && attempt(() => (localStorage.removeItem('hubbub.probe'), true), false),

  get: (key: string): string | null => refused.get(key) ?? attempt(() => localStorage.getItem(key), null),

  set(key: string, value: string): void {
    refused.delete(key);
    if (put(key, value)) return;
    for (const other of keys()) if (other.startsWith(EXPENDABLE)) local.remove(other);
    if (put(key, value)) return;
    // An old value that stayed would be news to a page opened later.
    local.remove(key);
    refused.set(key, value);
  },

  remove(key: string): void {
    refused.delete(key);
    attempt(() => localStorage.removeItem(key), undefined);
  },

  /** Calls back when another tab changed the key, or all of them. */
  watch(key: string, changed: () => void): void {
    window.addEventListener('storage', (event) => {
      if (event.key !== key && event.key !== null) return;
      refused.delete(key);
      changed();
    });
  },

  /** Forgets what is of users, but for this one; null: of all. */
  keepOnly(userId: number | null): void {
    for (const key of keys()) {
      const owner = OF_A_USER.exec(key)?.[1];
      if (owner !== undefined && Number(owner) !== userId) local.remove(key);
    }
  },
};
