// What the timeline shows, line by line: messages of the server, then those on their way. Pure.
import type { ErrorBody, Message, Reaction } from '../../generated/types';
import { wished, type Wish } from '../../realtime/changes';
import type { OutboxEntry } from '../../realtime/outbox';
import type { ChannelMarks } from '../../realtime/receipts';
import { hasMoreAfter, type Timeline } from '../../realtime/timeline';

const GROUP_MS = 5 * 60_000;

export type Delivery =
  | { readonly kind: 'received' | 'sending' | 'sent' | 'delivered' | 'read' }
  | { readonly kind: 'failed'; readonly error: ErrorBody };

export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  /** Infinity while on its way. */
  readonly id: number;
  readonly seq: number;
  /** The outbox's name for it; empty on messages of others. */
  readonly clientMessageId: string;
  readonly senderId: number;
  readonly mine: boolean;
  readonly content: string;
  readonly at: Date;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly reactions: readonly Reaction[];
  readonly delivery: Delivery;
  /** The message that it answers, and how many answers it has among those loaded. */
  readonly parentId: number | null;
  readonly replies: number;
  /** First of its day, first unread, and: the same author goes on, so neither name nor picture is repeated. */
  readonly opensDay: boolean;
  readonly opensNew: boolean;
  readonly continues: boolean;
}

export type Row = MessageRow | { readonly kind: 'start'; readonly key: 'start' };

type Line = Omit<MessageRow, 'opensDay' | 'opensNew' | 'continues' | 'replies'>;

/** What is known beside the messages: one's own changes on their way, and how far others have read. */
export interface Around {
  readonly wishes: readonly Wish[];
  readonly marks: ChannelMarks | undefined;
}

const alone: Around = { wishes: [], marks: undefined };

const received: Delivery = { kind: 'received' };
const sent: Delivery = { kind: 'sent' };
const delivered: Delivery = { kind: 'delivered' };
const read: Delivery = { kind: 'read' };
const sending: Delivery = { kind: 'sending' };

/** The row last made of a message: the same object as long as nothing of it changed, so that it is not drawn again. */
const made = new WeakMap<Message, MessageRow>();

/** `newAfter`: the last message that was read, when the line "new" is to stand after it. */
export function rowsOf(
  timeline: Timeline,
  pending: readonly OutboxEntry[],
  me: number,
  newAfter: number | null,
  around: Around = alone,
): Row[] {
  const rows: Row[] = timeline.hasMoreBefore ? [] : [{ kind: 'start', key: 'start' }];
  const readTo = furthest(around.marks, me, 'read');
  const deliveredTo = furthest(around.marks, me, 'delivered');
  const replies = countReplies(timeline.messages);
  // While the first unread is not loaded yet, its line stands nowhere.
  const unreadAbove = timeline.hasMoreBefore && (timeline.messages[0]?.id ?? 0) > (newAfter ?? 0);
  let newShown = newAfter === null || unreadAbove;
  let before: Line | undefined;

  const add = (line: Line, source: Message | null): void => {
    const opensNew = !newShown && line.id > (newAfter ?? 0) && !line.mine;
    newShown ||= opensNew;
    const opensDay = before?.at.toDateString() !== line.at.toDateString();
    const continues = !opensDay && !opensNew && before !== undefined && goesOn(before, line);
    const row = { ...line, replies: replies.get(line.id) ?? 0, opensDay, opensNew, continues };
    rows.push(source ? reused(source, row) : row);
    before = line;
  };

  for (const [index, message] of timeline.messages.entries()) {
    const delivery = message.id <= readTo ? read : message.id <= deliveredTo ? delivered : sent;
    const line = lineOf(wished(message, around.wishes, me), me, delivery);
    // A line's height depends on the line before it. The oldest one loaded waits for the page before: shown at once, it would change
    // its height under the reader.
    if (index === 0 && timeline.hasMoreBefore) before = line;
    else add(line, message);
  }
  if (hasMoreAfter(timeline)) return rows;
  const known = new Set(timeline.messages.slice(-200).map((message) => message.clientMessageId));
  for (const entry of pending) if (!known.has(entry.clientMessageId)) add(lineOfEntry(entry), null);
  return rows;
}

const goesOn = (before: Line, line: Line): boolean =>
  before.senderId === line.senderId &&
  before.parentId === line.parentId &&
  !before.deleted &&
  line.at.getTime() - before.at.getTime() < GROUP_MS;

function reused(source: Message, row: MessageRow): MessageRow {
  const last = made.get(source);
  if (last && (Object.keys(row) as (keyof MessageRow)[]).every((name) => same(last[name], row[name])))
    return last;
  made.set(source, row);
  return row;
}

const same = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime());

function furthest(marks: ChannelMarks | undefined, me: number, kind: 'read' | 'delivered'): number {
  let most = 0;
  for (const [userId, mark] of marks ?? []) if (userId !== me) most = Math.max(most, mark[kind]);
  return most;
}

function countReplies(messages: readonly Message[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { parentMessageId } of messages)
    if (parentMessageId !== null) counts.set(parentMessageId, (counts.get(parentMessageId) ?? 0) + 1);
  return counts;
}

function lineOf(message: Message, me: number, delivery: Delivery): Line {
  const mine = message.senderId === me;
  const clientMessageId = mine ? (message.clientMessageId ?? '') : '';
  return {
    kind: 'message',
    id: message.id,
    seq: message.seq,
    // The same key while sending and after, so that the line stays the same element.
    key: clientMessageId === '' ? String(message.id) : clientMessageId,
    clientMessageId,
    senderId: message.senderId,
    mine,
    content: message.content,
    at: new Date(message.createdAt),
    edited: message.editedAt !== null,
    deleted: message.deletedAt !== null,
    reactions: message.reactions,
    delivery: mine ? delivery : received,
    parentId: message.parentMessageId,
  };
}

function lineOfEntry(entry: OutboxEntry): Line {
  return {
    kind: 'message',
    id: Infinity,
    seq: Infinity,
    key: entry.clientMessageId,
    clientMessageId: entry.clientMessageId,
    senderId: entry.userId,
    mine: true,
    content: entry.content,
    at: new Date(entry.createdAt),
    edited: false,
    deleted: false,
    reactions: [],
    delivery: entry.sent ? sent : entry.error ? { kind: 'failed', error: entry.error } : sending,
    parentId: entry.parentMessageId ?? null,
  };
}
