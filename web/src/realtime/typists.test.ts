import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Typists } from './typists';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('hides whoever has not typed for long, even if the end was never told', () => {
  const typists = new Typists();
  typists.started(1, 7, 6_000);
  typists.started(1, 8, 6_000);
  vi.advanceTimersByTime(4_000);
  typists.started(1, 7, 6_000);
  expect(typists.store.getState().get(1)).toEqual([7, 8]);
  vi.advanceTimersByTime(2_000);
  expect(typists.store.getState().get(1)).toEqual([7]);
  typists.stopped(1, 7);
  expect(typists.store.getState().get(1)).toEqual([]);
});
