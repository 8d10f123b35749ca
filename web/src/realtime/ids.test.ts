import { expect, it } from 'vitest';
import { uuidV7 } from './ids';

it('makes version 7 UUIDs that carry their time', () => {
  const now = Date.UTC(2026, 10, 22, 10);
  const id = uuidV7(now);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
});

it('sorts by age and never repeats', () => {
  const ids = Array.from({ length: 500 }, (_, index) => uuidV7(1_000_000_000_000 + index));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 500 }, () => uuidV7(1))).size).toBe(500);
});
