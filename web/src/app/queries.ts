import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/http';

const TRIES_MAX = 3;
const WAIT_MAX_MS = 10_000;

/** How long to wait before a request is tried again, or null to give up: refused for good, or tried often enough. */
export function retryMs(failures: number, error: unknown): number | null {
  if (!(error instanceof ApiError) || !error.body.retryable || failures >= TRIES_MAX) return null;
  const asked = error.body.retryAfterMs ?? 0;
  return asked > WAIT_MAX_MS ? null : Math.max(asked, 1_000 * 2 ** (failures - 1));
}

export const newQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // React Query counts the failures before this one.
        retry: (before, error) => retryMs(before + 1, error) !== null,
        retryDelay: (before, error) => retryMs(before + 1, error) ?? 0,
        staleTime: 5_000,
        networkMode: 'always',
      },
    },
  });
