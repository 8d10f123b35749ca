import { describe, expect, it } from 'vitest';
import type { ChannelEvent } from './protocol';
import { aMessage, newMessage, someMessages } from './testing';
import {
  appendPage,
  applyEvent,
  confirmSent,
  hasGap,
  hasMoreAfter,
  includes,
  keepNewest,
  movedTo,
  prependPage,
  timelineFrom,
  type Timeline,
} from './timeline';

const base = timelineFrom(someMessages(1, 3), false, 10);
const seqs = (timeline: Timeline): number[] => timeline.messages.map((message) => message.seq);
const edited = (eventSeq: number, messageId: number, content: string): ChannelEvent => ({
  event: 'message_edited',
  data: {
    chatChannelId: 1,
    eventSeq,
    messageId,
    messageCreatedAt: '2026-11-22T10:00:00.000Z',
    content,
    editedAt: '2026-11-22T11:00:00.000Z',
    editedBy: 2,
  },
});

describe('applyEvent', () => {
  it('appends the next message', () => {
    const timeline = applyEvent(base, newMessage(11, aMessage(4)));
    expect(seqs(timeline)).toEqual([1, 2, 3, 4]);
    expect(timeline.lastEventSeq).toBe(11);
  });

  it('drops an event that it has seen', () => {
    expect(applyEvent(base, newMessage(10, aMessage(3)))).toBe(base);
  });

  it('holds events beyond a gap and applies them once it is filled, in order', () => {
    const late = [newMessage(14, aMessage(6)), newMessage(13, aMessage(5)), newMessage(13, aMessage(5))];
    const gapped = late.reduce(applyEvent, base);
    expect(seqs(gapped)).toEqual([1, 2, 3]);
    expect(hasGap(gapped)).toBe(true);
    const filled = [newMessage(11, aMessage(4)), edited(12, 101, 'changed')].reduce(applyEvent, gapped);
    expect(seqs(filled)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(filled.messages[0]?.content).toBe('changed');
    expect(hasGap(filled)).toBe(false);
    expect(filled.lastEventSeq).toBe(14);
  });

  it('ends in the same state whatever the order and however often events come', () => {
    const events = [4, 5, 6, 7, 8].map((seq) => newMessage(7 + seq, aMessage(seq)));
    const straight = events.reduce(applyEvent, base);
    const shuffled = [3, 0, 4, 3, 2, 0, 1, 4].flatMap((index) => events[index] ?? []);
    expect(shuffled.reduce(applyEvent, base)).toEqual(straight);
  });

  it('does not double an own message that the acknowledgement brought first', () => {
    const confirmed = confirmSent(base, aMessage(4));
    expect(seqs(applyEvent(confirmed, newMessage(11, aMessage(4))))).toEqual([1, 2, 3, 4]);
  });

  it('keeps a deleted message in its place, without its text', () => {
    const timeline = applyEvent(base, {
      event: 'message_deleted',
      data: {
        chatChannelId: 1,
        eventSeq: 11,
        messageId: 102,
        messageCreatedAt: '2026-11-22T10:00:00.000Z',
        deletedAt: '2026-11-22T11:00:00.000Z',
        deletedBy: 2,
      },
    });
    expect(timeline.messages[1]).toMatchObject({
      id: 102,
      content: '',
      deletedAt: '2026-11-22T11:00:00.000Z',
    });
  });

  it('counts an event that it does not know', () => {
    const unknown = {
      event: 'poll_closed',
      data: { chatChannelId: 1, eventSeq: 11 },
    } as unknown as ChannelEvent;
    expect(applyEvent(base, unknown)).toMatchObject({ lastEventSeq: 11, messages: base.messages });
  });

  it('reports a hole between messages that no event explains', () => {
    expect(applyEvent(base, newMessage(11, aMessage(5)))).toMatchObject({
      torn: true,
      messages: base.messages,
    });
  });
});

describe('prependPage', () => {
  const late = timelineFrom(someMessages(11, 13), true, 20);

  it('puts an adjoining page in front', () => {
    const timeline = prependPage(late, someMessages(1, 10), false);
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(timeline.hasMoreBefore).toBe(false);
  });

  it('takes of an overlapping page only what is missing', () => {
    expect(seqs(prependPage(late, someMessages(9, 12), true))).toEqual([9, 10, 11, 12, 13]);
  });

  it('drops a page that leaves a hole', () => {
    expect(prependPage(late, someMessages(1, 5), false)).toBe(late);
  });
});

describe('confirmSent', () => {
  it('waits for what others wrote before', () => {
    expect(confirmSent(base, aMessage(5))).toBe(base);
    expect(confirmSent(base, aMessage(3))).toBe(base);
  });

  it('takes the first message of an empty channel', () => {
    expect(seqs(confirmSent(timelineFrom([], false, 0), aMessage(1)))).toEqual([1]);
  });
});

it('keepNewest makes the rest history again', () => {
  const timeline = keepNewest(base, 2);
  expect(seqs(timeline)).toEqual([2, 3]);
  expect(timeline.hasMoreBefore).toBe(true);
  expect(includes(timeline, aMessage(3))).toBe(true);
  expect(includes(timeline, aMessage(1))).toBe(false);
});

describe('a run in the middle of the history', () => {
  const middle = timelineFrom(someMessages(11, 13), true, 20, 16);

  it('knows of live messages without showing them', () => {
    const timeline = applyEvent(middle, newMessage(21, aMessage(17)));
    expect(timeline).toMatchObject({ headSeq: 17, torn: false, lastEventSeq: 21, messages: middle.messages });
    expect(hasMoreAfter(timeline)).toBe(true);
  });

  it('grows page by page until it is at the head, and follows it from there', () => {
    expect(appendPage(middle, someMessages(15, 16))).toBe(middle);
    const atHead = appendPage(middle, someMessages(13, 16));
    expect([seqs(atHead).at(-1), hasMoreAfter(atHead)]).toEqual([16, false]);
    expect(seqs(applyEvent(atHead, newMessage(21, aMessage(17)))).at(-1)).toBe(17);
  });

  it('moves elsewhere, forgetting what it showed but not where the head is', () => {
    const moved = movedTo(middle, someMessages(1, 3), false);
    expect([seqs(moved), moved.hasMoreBefore, moved.headSeq, moved.lastEventSeq]).toEqual([
      [1, 2, 3],
      false,
      16,
      20,
    ]);
  });
});
