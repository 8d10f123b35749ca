import { local } from '../storage/local';
import { unreachable } from './http';

const LEASE_MS = 10_000;
const SETTLE_MS = 60;
const WAIT_MS = 10_000;

/**
 * Runs `work` while no other tab of this browser runs work under the same name. `work` ends within `LEASE_MS`. Throws
 * ApiError (`client.unreachable`) when the others do not let go in time.
 */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Web Locks exist in secure contexts only; a server on a LAN without TLS gets a lease in localStorage.
  return 'locks' in navigator ? underLock(name, work) : underLease(`${name}.lease`, work);
}

async function underLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  let granted = false;
  const start = (): Promise<T> => {
    granted = true;
    return work();
  };
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(WAIT_MS) }, start);
  } catch (error) {
    throw granted ? error : unreachable();
  }
}

async function underLease<T>(key: string, work: () => Promise<T>): Promise<T> {
  const me = crypto.getRandomValues(new Uint32Array(2)).join();
  if (!local.isShared()) return work();
  const holder = (): { who: string; until: number } =>
    JSON.parse(local.get(key) ?? '{"who":"","until":0}') as { who: string; until: number };
  for (let waited = 0; holder().who !== me; waited += SETTLE_MS) {
    if (waited > WAIT_MS) throw unreachable();
    if (holder().until < Date.now())
      local.set(key, JSON.stringify({ who: me, until: Date.now() + LEASE_MS }));
    // Of several that wrote at once, the last one holds it.
    await new Promise((done) => setTimeout(done, SETTLE_MS));
  }
  try {
    return await work();
  } finally {
    if (holder().who === me) local.remove(key);
  }
}
