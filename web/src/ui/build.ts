const ANSWER_MS = 5_000;

/** What the server has: the build that this page is of, or another; or nobody knows. */
export type ServersBuild = 'same' | 'other' | 'unreachable';

export async function serversBuild(): Promise<ServersBuild> {
  const entry = document.querySelector('script[type=module]')?.getAttribute('src') ?? '';
  try {
    // The query leads past the service worker, which has a copy of its own.
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch('/index.html?build', { cache: 'no-store', signal });
    if (!response.ok) return 'unreachable';
    return (await response.text()).includes(entry) ? 'same' : 'other';
  } catch {
    return 'unreachable';
  }
}
