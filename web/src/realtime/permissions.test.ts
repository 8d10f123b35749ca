import { expect, it } from 'vitest';
import { may, rolesToGive } from './permissions';
import { aChannel } from './testing';

it('allows what the role allows, by the kind of channel', () => {
  expect(may('add', aChannel())).toBe(true);
  expect(may('add', aChannel({ type: 'private' }))).toBe(false);
  expect(may('add', aChannel({ type: 'private', role: 'admin' }))).toBe(true);
  expect(may('archive', aChannel({ role: 'admin' }))).toBe(false);
  expect(may('leave', aChannel({ type: 'direct', role: 'owner' }))).toBe(false);
});

it('leaves of an archived channel only its return and the way out', () => {
  const archived = aChannel({ role: 'owner', archivedAt: '2026-11-22T10:00:00.000Z' });
  expect([may('archive', archived), may('leave', archived), may('update', archived)]).toEqual([
    true,
    true,
    false,
  ]);
});

it('gives no role above one’s own, and none to one’s equals', () => {
  expect(rolesToGive('admin', 'member')).toEqual(['admin']);
  expect(rolesToGive('admin', 'admin')).toEqual([]);
  expect(rolesToGive('owner', 'owner')).toEqual(['member', 'admin']);
});
