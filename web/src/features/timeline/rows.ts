// What the timeline shows, line by line: messages of the server, then those on their way. Pure.
import type { ErrorBody, Message } from '../../generated/types';
import type { OutboxEntry } from '../../realtime/outbox';
import type { Timeline } from '../../realtime/timeline';

const GROUP_MS = 5 * 60_000;

export type Delivery =
  | { readonly kind: 'received' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed'; readonly error: ErrorBody };

export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  /** The outbox's name for it; empty on messages of others. */
  readonly clientMessageId: string;
  readonly senderId: number;
  readonly content: string;
  readonly at: Date;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly delivery: Delivery;
  /** First of its day, first unread, and: the same author goes on, so neither name nor picture is repeated. */
  readonly opensDay: boolean;
  readonly opensNew: boolean;
  readonly continues: boolean;
}

export type Row = MessageRow | { readonly kind: 'start'; readonly key: 'start' };

type Line = Omit<MessageRow, 'opensDay' | 'opensNew' | 'continues'> & { readonly id: number };

const received: Delivery = { kind: 'received' };
const sent: Delivery = { kind: 'sent' };
const sending: Delivery = { kind: 'sending' };

/** `newAfter`: the last message that was read, when the line "new" is to stand after it. */
export function rowsOf(
  timeline: Timeline,
  pending: readonly OutboxEntry[],
  me: number,
  newAfter: number | null,
): Row[] {
  const known = new Set(timeline.messages.map((message) => message.clientMessageId));
  const lines = [
    ...timeline.messages.map((message) => lineOf(message, me)),
    ...pending.filter((entry) => !known.has(entry.clientMessageId)).map(lineOfEntry),
  ];
  const rows: Row[] = timeline.hasMoreBefore ? [] : [{ kind: 'start', key: 'start' }];
  let before: Line | undefined;
  // While the first unread is not loaded yet, its line stands nowhere.
  const unreadAbove = timeline.hasMoreBefore && (timeline.messages[0]?.id ?? 0) > (newAfter ?? 0);
  let newShown = newAfter === null || unreadAbove;
  for (const line of lines) {
    const opensNew = !newShown && line.id > (newAfter ?? 0) && line.senderId !== me;
    newShown ||= opensNew;
    // Of the oldest loaded line that is not known yet; guessing would make the list jump when the page before comes.
    const opensDay = before ? before.at.toDateString() !== line.at.toDateString() : !timeline.hasMoreBefore;
    const continues =
      !opensDay &&
      !opensNew &&
      before !== undefined &&
      before.senderId === line.senderId &&
      !before.deleted &&
      line.at.getTime() - before.at.getTime() < GROUP_MS;
    rows.push({ ...line, opensDay, opensNew, continues });
    before = line;
  }
  return rows;
}

function lineOf(message: Message, me: number): Line {
  const mine = message.senderId === me;
  const clientMessageId = mine ? (message.clientMessageId ?? '') : '';
  return {
    kind: 'message',
    id: message.id,
    // The same key while sending and after, so that the line stays the same element.
    key: clientMessageId === '' ? String(message.id) : clientMessageId,
    clientMessageId,
    senderId: message.senderId,
    content: message.content,
    at: new Date(message.createdAt),
    edited: message.editedAt !== null,
    deleted: message.deletedAt !== null,
    delivery: mine ? sent : received,
  };
}

function lineOfEntry(entry: OutboxEntry): Line {
  return {
    kind: 'message',
    id: Infinity,
    key: entry.clientMessageId,
    clientMessageId: entry.clientMessageId,
    senderId: entry.userId,
    content: entry.content,
    at: new Date(entry.createdAt),
    edited: false,
    deleted: false,
    delivery: entry.sent ? sent : entry.error ? { kind: 'failed', error: entry.error } : sending,
  };
}
