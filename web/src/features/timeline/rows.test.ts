import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../realtime/outbox';
import { aMessage, someMessages } from '../../realtime/testing';
import { timelineFrom } from '../../realtime/timeline';
import { rowsOf, type MessageRow } from './rows';

const me = 9;
const rows = (...args: Parameters<typeof rowsOf>): MessageRow[] =>
  rowsOf(...args).filter((row): row is MessageRow => row.kind === 'message');
const at = (text: string): { createdAt: string } => ({ createdAt: new Date(text).toISOString() });
const anEntry = (fields: Partial<OutboxEntry> = {}): OutboxEntry => ({
  clientMessageId: 'c1',
  userId: me,
  chatChannelId: 1,
  content: 'mine',
  parentMessageId: null,
  createdAt: Date.UTC(2026, 10, 22, 10, 1),
  error: null,
  sent: null,
  ...fields,
});

describe('rowsOf', () => {
  it('groups what one author writes within five minutes', () => {
    const messages = [
      aMessage(1, at('2026-11-22T10:00:00')),
      aMessage(2, at('2026-11-22T10:04:59')),
      aMessage(3, at('2026-11-22T10:10:00')),
      aMessage(4, { ...at('2026-11-22T10:10:01'), senderId: 3 }),
    ];
    const continues = rows(timelineFrom(messages, false, 4), [], me, null).map((row) => row.continues);
    expect(continues).toEqual([false, true, false, false]);
  });

  it('shows what is on its way in a channel that retention has emptied', () => {
    const emptied = timelineFrom([], false, 40, 40);
    expect(rows(emptied, [anEntry()], me, null).map((row) => row.content)).toEqual(['mine']);
  });

  it('opens each day', () => {
    const days = ['2026-11-21T23:59:00', '2026-11-22T00:01:00', '2026-11-22T00:02:00'];
    const messages = days.map((day, index) => aMessage(index + 1, at(day)));
    const timeline = timelineFrom(messages, false, 3);
    expect(rows(timeline, [], me, null).map((row) => row.opensDay)).toEqual([true, true, false]);
  });

  it('shows the oldest loaded message with the page before: no row changes its height under the reader', () => {
    const all = [
      '2026-11-21T23:58:00',
      '2026-11-21T23:59:00',
      '2026-11-22T00:01:00',
      '2026-11-22T00:02:00',
    ].map((time, index) => aMessage(index + 1, at(time)));
    const whole = rows(timelineFrom(all, false, 4), [], me, null);
    for (const from of [1, 2, 3]) {
      const loaded = rows(timelineFrom(all.slice(from), true, 4), [], me, null);
      expect(loaded).toEqual(whole.slice(from + 1));
    }
  });

  it('begins with the start of the channel only when nothing is before', () => {
    expect(rowsOf(timelineFrom(someMessages(1, 2), false, 2), [], me, null)[0]?.kind).toBe('start');
    expect(rowsOf(timelineFrom(someMessages(5, 6), true, 2), [], me, null)[0]?.kind).toBe('message');
  });

  it('marks the first unread message of somebody else', () => {
    const messages = [aMessage(1), aMessage(2, { senderId: me }), aMessage(3), aMessage(4)];
    const marks = rows(timelineFrom(messages, false, 4), [], me, 101).map((row) => row.opensNew);
    expect(marks).toEqual([false, false, true, false]);
  });

  it('does not mark the oldest loaded message when the first unread one is further up', () => {
    const timeline = timelineFrom(someMessages(50, 60), true, 60);
    expect(rows(timeline, [], me, 101).some((row) => row.opensNew)).toBe(false);
  });

  it('shows a message on its way once, under one key from sending to sent', () => {
    const before = timelineFrom(someMessages(1, 2), false, 2);
    const sending = rows(before, [anEntry()], me, null).at(-1);
    expect(sending).toMatchObject({ key: 'c1', delivery: { kind: 'sending' } });

    const message = aMessage(3, { senderId: me, clientMessageId: 'c1' });
    const acknowledged = rows(before, [anEntry({ sent: message })], me, null).at(-1);
    expect(acknowledged).toMatchObject({ key: 'c1', delivery: { kind: 'sent' } });

    const after = rows(timelineFrom([...before.messages, message], false, 3), [anEntry()], me, null);
    expect(after.map((row) => row.key)).toEqual(['101', '102', 'c1']);
    expect(after.at(-1)?.delivery.kind).toBe('sent');
  });

  it('tells why a message failed', () => {
    const error = { code: 'role.forbidden', message: '', retryable: false };
    const failed = rows(timelineFrom([], false, 0), [anEntry({ error })], me, null);
    expect(failed).toMatchObject([{ delivery: { kind: 'failed', error } }]);
  });
});
