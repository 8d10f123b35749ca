// One channel's messages as an unbroken run, at the channel's head or somewhere in its history. Pure: events in, a
// new value out.
//
// `messages` ascend by seq without holes. `headSeq` is the seq of the channel's last message: while the run ends
// before it, live messages are not appended. `lastEventSeq` is the last event applied; events beyond a hole wait in
// `held` until the missing ones were fetched. `torn` says that the run itself has a hole and must be reloaded.
import type { Message } from '../generated/types';
import { editedMessages, type MessageChange } from './message-changes';
import type { ChannelEvent } from './protocol';

export interface Timeline {
  readonly messages: readonly Message[];
  readonly hasMoreBefore: boolean;
  readonly headSeq: number;
  readonly lastEventSeq: number;
  readonly held: readonly ChannelEvent[];
  readonly torn: boolean;
}

export function timelineFrom(
  messages: readonly Message[],
  hasMoreBefore: boolean,
  lastEventSeq: number,
  headSeq: number = messages.at(-1)?.seq ?? 0,
): Timeline {
  return { messages, hasMoreBefore, headSeq, lastEventSeq, held: [], torn: false };
}

export const hasGap = (timeline: Timeline): boolean => timeline.held.length > 0;

/** Not when there is nothing at all, since retention has emptied the channel: its head stays where it was. */
export function hasMoreAfter(timeline: Timeline): boolean {
  const last = timeline.messages.at(-1);
  return last !== undefined && last.seq < timeline.headSeq;
}

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

/** Puts the page after the last message, under the same condition. */
export function appendPage(timeline: Timeline, page: readonly Message[]): Timeline {
  const tail = timeline.messages.at(-1);
  const newer = tail ? page.filter((message) => message.seq > tail.seq) : page;
  const [first] = newer;
  if (!first || (tail && first.seq !== tail.seq + 1)) return timeline;
  const messages = [...timeline.messages, ...newer];
  return { ...timeline, messages, headSeq: Math.max(timeline.headSeq, messages.at(-1)?.seq ?? 0) };
}

/** The same channel seen from another place of its history. */
export function movedTo(timeline: Timeline, page: readonly Message[], hasMoreBefore: boolean): Timeline {
  const headSeq = Math.max(timeline.headSeq, page.at(-1)?.seq ?? 0);
  return { ...timeline, messages: page, hasMoreBefore, headSeq, torn: false };
}

/** Takes up an own message that was acknowledged, unless others are still missing before it. */
export function confirmSent(timeline: Timeline, message: Message): Timeline {
  const tail = timeline.messages.at(-1);
  if (tail && message.seq !== tail.seq + 1) return timeline;
  if (!tail && (timeline.hasMoreBefore || message.seq !== 1)) return timeline;
  return appended(timeline, message);
}

/** Takes up what an acknowledgement says of a message. The event that says the same changes nothing more. */
export function confirmChange(timeline: Timeline, change: MessageChange): Timeline {
  const messages = editedMessages(timeline.messages, change);
  return messages === timeline.messages ? timeline : { ...timeline, messages };
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

function applyNext(timeline: Timeline, event: ChannelEvent): Timeline {
  const next = { ...timeline, lastEventSeq: event.data.eventSeq };
  if (event.event === 'new_message') return append(next, event.data.message);
  // What does not change a message, or is newer than this client, still takes its place in the order.
  return confirmChange(next, event);
}

function append(timeline: Timeline, message: Message): Timeline {
  const tail = timeline.messages.at(-1);
  if (tail && message.seq <= tail.seq) return timeline;
  if ((tail?.seq ?? 0) + 1 === message.seq || (!tail && !timeline.hasMoreBefore))
    return appended(timeline, message);
  // At the head a message must follow the last one; further up it is news from below.
  const torn = !hasMoreAfter(timeline);
  return torn ? { ...timeline, torn } : { ...timeline, headSeq: Math.max(timeline.headSeq, message.seq) };
}

function appended(timeline: Timeline, message: Message): Timeline {
  const headSeq = Math.max(timeline.headSeq, message.seq);
  return { ...timeline, messages: [...timeline.messages, message], headSeq };
}
