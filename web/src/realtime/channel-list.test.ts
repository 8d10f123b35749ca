import { describe, expect, it } from 'vitest';
import {
  mentions,
  mentionsOf,
  noChannels,
  readUpTo,
  unreadInAll,
  unreadOf,
  withAll,
  withChannel,
  withMention,
  withMessage,
  withRead,
  withSeen,
  type ChannelList,
} from './channel-list';
import { aChannel, aMessage } from './testing';

const me = 9;
const start = withAll(noChannels, [
  aChannel({ lastSeq: 5, lastMessageId: 105, unreadCount: 2, lastReadMessageId: 103 }),
  aChannel({ chatChannelId: 2, name: 'random' }),
]);
const unread = (list: ChannelList): number => unreadOf(list, list.byId.get(1) ?? aChannel());

describe('unread counts', () => {
  it('grow with the messages of others, each counted once', () => {
    const one = withMessage(start, aMessage(6), 6, me);
    expect([unread(start), unread(one), unread(withMessage(one, aMessage(6), 6, me))]).toEqual([2, 3, 3]);
    expect(unreadInAll(one)).toBe(3);
  });

  it('count for nothing in all while the channel is muted', () => {
    const now = Date.UTC(2026, 10, 22);
    const muted = aChannel({ unreadCount: 3, lastSeq: 5, mutedUntil: new Date(now + 1).toISOString() });
    const list = withChannel(noChannels, muted);
    expect([unreadInAll(list, now), unreadInAll(list, now + 1)]).toEqual([0, 3]);
  });

  it('vanish when the user writes', () => {
    expect(unread(withMessage(start, aMessage(6, { senderId: me }), 6, me))).toBe(0);
  });

  it('vanish when the messages were seen, and stay so when the server has not heard of it', () => {
    const seen = withSeen(start, 1, { messageId: 105, seq: 5 });
    expect(unread(seen)).toBe(0);
    const reconnected = withAll(seen, [aChannel({ lastSeq: 7, lastMessageId: 107, unreadCount: 4 })]);
    expect(unread(reconnected)).toBe(2);
  });

  it('never come back by an older mark', () => {
    const seen = withSeen(start, 1, { messageId: 105, seq: 5 });
    expect(withSeen(seen, 1, { messageId: 102, seq: 2 })).toBe(seen);
  });
});

it('has read up to the later of both marks', () => {
  expect(readUpTo(start, 1)).toBe(103);
  expect(readUpTo(withSeen(start, 1, { messageId: 105, seq: 5 }), 1)).toBe(105);
  expect(readUpTo(start, 2)).toBe(0);
});

it('sees who is spoken to', () => {
  for (const text of ['@ada', 'hi @Ada!', '(@ada)', '@ada.', 'to @all of you'])
    expect(mentions(text, 'ada'), text).toBe(true);
  for (const text of ['ada', 'me@ada.org', '@adam', '@ada.lovelace', 'x@all'])
    expect(mentions(text, 'ada'), text).toBe(false);
});

it('counts mentions of what is unread only', () => {
  const channel = aChannel({ unreadCount: 5, lastSeq: 5, mentionCount: 2 });
  const list = withMention(withChannel(noChannels, channel), 1);
  const now = list.byId.get(1) ?? channel;
  expect(mentionsOf(list, now)).toBe(3);
  const seen = withSeen(list, 1, { messageId: 105, seq: 5 });
  expect(mentionsOf(seen, now)).toBe(0);
  expect(withRead(seen, 1, 105, 0).byId.get(1)?.mentionCount).toBe(0);
});
