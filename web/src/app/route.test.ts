import { expect, it } from 'vitest';
import { hashOf, parseRoute } from './route';

it.each([
  ['', { channelId: null, members: false }],
  ['#/', { channelId: null, members: false }],
  ['#/c/42', { channelId: 42, members: false }],
  ['#/c/42/members', { channelId: 42, members: true }],
  ['#/c/42/other', { channelId: null, members: false }],
  ['#/c/-1', { channelId: null, members: false }],
])('reads %j', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it('writes what it reads', () => {
  for (const hash of ['#/', '#/c/42', '#/c/42/members']) expect(hashOf(parseRoute(hash))).toBe(hash);
});
