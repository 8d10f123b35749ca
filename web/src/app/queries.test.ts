import { expect, it } from 'vitest';
import { ApiError } from '../api/http';
import { newQueries, retryMs } from './queries';

const refused = (retryable: boolean, retryAfterMs?: number): ApiError =>
  new ApiError(
    { code: 'server.unavailable', message: '', retryable, ...(retryAfterMs && { retryAfterMs }) },
    503,
  );

it('tries again what the server put off, as late as it asked, and gives up after three tries', () => {
  expect([1, 2, 3].map((failures) => retryMs(failures, refused(true)))).toEqual([1_000, 2_000, null]);
  expect(retryMs(1, refused(true, 4_000))).toBe(4_000);
});

it('does not try again what is refused for good, what would take too long, and what is a bug', () => {
  expect(retryMs(1, refused(false))).toBeNull();
  expect(retryMs(1, refused(true, 60_000))).toBeNull();
  expect(retryMs(1, new TypeError('a bug'))).toBeNull();
});

it('asks three times in all', async () => {
  let asked = 0;
  const search = newQueries().fetchQuery({
    queryKey: ['search'],
    retry: newQueries().getDefaultOptions().queries?.retry ?? false,
    retryDelay: 0,
    queryFn: () => {
      asked++;
      throw refused(true);
    },
  });
  await expect(search).rejects.toThrow('server.unavailable');
  expect(asked).toBe(3);
});
