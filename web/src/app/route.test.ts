import { expect, it } from 'vitest';
import { channelRoute, hashOf, parseRoute } from './route';

it.each([
  ['', channelRoute(null)],
  ['#/', channelRoute(null)],
  ['#/c/42', channelRoute(42)],
  ['#/c/42/members', { ...channelRoute(42), panel: { kind: 'members' } }],
  ['#/c/42/m/7', { ...channelRoute(42), messageId: 7 }],
  ['#/c/42/m/7/t/9', { ...channelRoute(42), messageId: 7, panel: { kind: 'thread', messageId: 9 } }],
  ['#/i/0a1b', { ...channelRoute(null), invite: '0a1b' }],
  ['#/c/42/other', channelRoute(null)],
  ['#/c/-1', channelRoute(null)],
])('reads %j', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it('writes what it reads', () => {
  for (const hash of ['#/', '#/c/42', '#/c/42/members', '#/c/42/m/7/search', '#/c/42/t/9', '#/i/0a1b'])
    expect(hashOf(parseRoute(hash))).toBe(hash);
});
