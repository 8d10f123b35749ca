// One channel's messages as an unbroken run that ends at the channel's head. Pure: events in, a new value out.
//
// `messages` ascend by seq without holes. `lastEventSeq` is the last event applied; events beyond a hole wait in
// `held` until the missing ones were fetched. `torn` says that the run itself has a hole and must be reloaded.
import type { Message } from '../generated/types';
import type { ChannelEvent } from './protocol';

export interface Timeline {
  readonly messages: readonly Message[];
  readonly hasMoreBefore: boolean;
  readonly lastEventSeq: number;
  readonly held: readonly ChannelEvent[];
  readonly torn: boolean;
}

export function timelineFrom(
  messages: readonly Message[],
  hasMoreBefore: boolean,
  lastEventSeq: number,
): Timeline {
  return { messages, hasMoreBefore, lastEventSeq, held: [], torn: false };
}

export const hasGap = (timeline: Timeline): boolean => timeline.held.length > 0;

/** Applies an event, in any order and any number of times: duplicates vanish, early ones wait. */
export function applyEvent(timeline: Timeline, event: ChannelEvent): Timeline {
  if (event.data.eventSeq > timeline.lastEventSeq + 1) return hold(timeline, event);
  if (event.data.eventSeq <= timeline.lastEventSeq) return timeline;
  return drain(applyNext(timeline, event));
}

/** Puts the page before the first message. A page that does not touch it is dropped: the run stays unbroken. */
export function prependPage(timeline: Timeline, page: readonly Message[], hasMoreBefore: boolean): Timeline {
  const first = timeline.messages[0];
  const older = first ? page.filter((message) => message.seq < first.seq) : page;
  const last = older.at(-1);
  if (first && last && last.seq !== first.seq - 1) return timeline;
  return { ...timeline, messages: [...older, ...timeline.messages], hasMoreBefore };
}

/** Takes up an own message that was acknowledged, unless others are still missing before it. */
export function confirmSent(timeline: Timeline, message: Message): Timeline {
  const tail = timeline.messages.at(-1);
  if (tail && message.seq !== tail.seq + 1) return timeline;
  if (!tail && (timeline.hasMoreBefore || message.seq !== 1)) return timeline;
  return { ...timeline, messages: [...timeline.messages, message] };
}

/** Only the newest `count` messages; what went is history again. */
export function keepNewest(timeline: Timeline, count: number): Timeline {
  if (timeline.messages.length <= count) return timeline;
  return { ...timeline, messages: timeline.messages.slice(-count), hasMoreBefore: true };
}

export function includes(timeline: Timeline, message: Message): boolean {
  const first = timeline.messages[0];
  return first !== undefined && timeline.messages[message.seq - first.seq]?.id === message.id;
}

function hold(timeline: Timeline, event: ChannelEvent): Timeline {
  const seq = event.data.eventSeq;
  if (timeline.held.some((other) => other.data.eventSeq === seq)) return timeline;
  const held = [...timeline.held, event].sort((a, b) => a.data.eventSeq - b.data.eventSeq);
  return { ...timeline, held };
}

function drain(timeline: Timeline): Timeline {
  const [next, ...rest] = timeline.held;
  if (!next || next.data.eventSeq > timeline.lastEventSeq + 1) return timeline;
  const stale = next.data.eventSeq <= timeline.lastEventSeq;
  return drain(stale ? { ...timeline, held: rest } : applyNext({ ...timeline, held: rest }, next));
}

function applyNext(timeline: Timeline, { event, data }: ChannelEvent): Timeline {
  const next = { ...timeline, lastEventSeq: data.eventSeq };
  switch (event) {
    case 'new_message':
      return append(next, data.message);
    case 'message_edited':
      return change(next, data.messageId, { content: data.content, editedAt: data.editedAt });
    case 'message_deleted':
      return change(next, data.messageId, { content: '', deletedAt: data.deletedAt });
    default:
      // What does not change a message, or is newer than this client, still takes its place in the order.
      return next;
  }
}

function append(timeline: Timeline, message: Message): Timeline {
  const tail = timeline.messages.at(-1);
  if (tail && message.seq <= tail.seq) return timeline;
  if (tail && message.seq > tail.seq + 1) return { ...timeline, torn: true };
  return { ...timeline, messages: [...timeline.messages, message] };
}

function change(timeline: Timeline, id: number, fields: Partial<Message>): Timeline {
  const messages = timeline.messages.map((message) =>
    message.id === id ? { ...message, ...fields } : message,
  );
  return { ...timeline, messages };
}
