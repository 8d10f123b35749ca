import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Membership } from './membership';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('tells the first change at once and a storm every two seconds', () => {
  const membership = new Membership();
  const count = () => membership.store.getState().get(1) ?? 0;
  membership.changed(1);
  expect(count()).toBe(1);
  for (let joined = 0; joined < 1_000; joined++) membership.changed(1);
  expect(count()).toBe(1);
  vi.advanceTimersByTime(2_000);
  expect(count()).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(count()).toBe(2);
});
