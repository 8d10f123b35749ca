// The channels of the signed-in user, and what of them was seen in this browser. Pure.
import type { Channel, ChannelState, MemberRole, Message } from '../generated/types';

export interface Seen {
  readonly messageId: number;
  readonly seq: number;
}

export interface ChannelList {
  /** False until the server has told the list for the first time. */
  readonly known: boolean;
  readonly byId: ReadonlyMap<number, ChannelState>;
  /** What this page showed. It runs ahead of the server's read marks. */
  readonly seen: ReadonlyMap<number, Seen>;
}

export const noChannels: ChannelList = { known: false, byId: new Map(), seen: new Map() };

export function withAll(list: ChannelList, channels: readonly ChannelState[]): ChannelList {
  return { ...withSome({ ...list, byId: new Map() }, channels), known: true };
}

export function withSome(list: ChannelList, channels: readonly ChannelState[]): ChannelList {
  const byId = new Map(list.byId);
  for (const channel of channels) byId.set(channel.chatChannelId, channel);
  return { ...list, byId };
}

/** None but these: the server has told the whole list. */
export function withOnly(list: ChannelList, ids: ReadonlySet<number>): ChannelList {
  return { ...list, known: true, byId: new Map([...list.byId].filter(([id]) => ids.has(id))) };
}

export function withChannel(list: ChannelList, channel: ChannelState): ChannelList {
  return { ...list, byId: new Map(list.byId).set(channel.chatChannelId, channel) };
}

/** Another name, archived or back. The name of a conversation is the other's, for each of the two. */
export function withDetails(list: ChannelList, { chatChannelId, name, archivedAt }: Channel): ChannelList {
  const channel = list.byId.get(chatChannelId);
  if (!channel) return list;
  const changed: { -readonly [K in keyof ChannelState]: ChannelState[K] } = { ...channel };
  if (channel.type !== 'direct') changed.name = name;
  if (archivedAt === null) delete changed.archivedAt;
  else changed.archivedAt = archivedAt;
  return withChannel(list, changed);
}

export function withRole(list: ChannelList, channelId: number, role: MemberRole): ChannelList {
  const channel = list.byId.get(channelId);
  return channel ? withChannel(list, { ...channel, role }) : list;
}

export function withoutChannel(list: ChannelList, channelId: number): ChannelList {
  const byId = new Map(list.byId);
  byId.delete(channelId);
  return { ...list, byId };
}

/** Counts a message that came in live; one that was counted before changes nothing. */
export function withMessage(list: ChannelList, message: Message, eventSeq: number, me: number): ChannelList {
  const channel = list.byId.get(message.chatChannelId);
  if (!channel || message.seq <= channel.lastSeq) return list;
  const mine = message.senderId === me;
  const counted = withChannel(list, {
    ...channel,
    lastMessageId: message.id,
    lastSeq: message.seq,
    lastEventSeq: Math.max(channel.lastEventSeq, eventSeq),
    unreadCount: channel.unreadCount + (mine ? 0 : 1),
  });
  // Whoever writes has read what stands above.
  return mine
    ? withSeen(counted, channel.chatChannelId, { messageId: message.id, seq: message.seq })
    : counted;
}

/** Seen marks only move forward. */
export function withSeen(list: ChannelList, channelId: number, seen: Seen): ChannelList {
  const before = list.seen.get(channelId);
  if (before && before.seq >= seen.seq) return list;
  return { ...list, seen: new Map(list.seen).set(channelId, seen) };
}

/** As the sidebar shows them: open channels, closed ones, conversations of two. */
export function inOrder(list: ChannelList, locale: string): readonly ChannelState[] {
  return [...list.byId.values()].sort(
    (a, b) => sections.indexOf(a.type) - sections.indexOf(b.type) || a.name.localeCompare(b.name, locale),
  );
}

const sections: readonly ChannelState['type'][] = ['public', 'private', 'direct'];

/** Whether a text speaks to a user, or to everybody. The server's count, which knows code from text, comes with the next connect. */
export function mentions(text: string, username: string): boolean {
  const names = text
    .toLocaleLowerCase()
    .matchAll(/(?<![\p{L}\p{N}._-])@([\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)/gu);
  return [...names].some(([, name]) => name === 'all' || name === username.toLocaleLowerCase());
}

export function withMention(list: ChannelList, channelId: number): ChannelList {
  const channel = list.byId.get(channelId);
  return channel ? withChannel(list, { ...channel, mentionCount: channel.mentionCount + 1 }) : list;
}

/** Of what is unread; nothing unread, nobody mentioned. */
export const mentionsOf = (list: ChannelList, channel: ChannelState): number =>
  Math.min(channel.mentionCount, unreadOf(list, channel));

/** The server's word on what is read. */
export function withRead(
  list: ChannelList,
  channelId: number,
  lastReadMessageId: number,
  unreadCount: number,
): ChannelList {
  const channel = list.byId.get(channelId);
  if (!channel || (channel.lastReadMessageId ?? 0) > lastReadMessageId) return list;
  const mentionCount = unreadCount === 0 ? 0 : channel.mentionCount;
  return withChannel(list, { ...channel, lastReadMessageId, unreadCount, mentionCount });
}

export function unreadOf(list: ChannelList, channel: ChannelState): number {
  const seen = list.seen.get(channel.chatChannelId);
  return Math.min(channel.unreadCount, Math.max(0, channel.lastSeq - (seen?.seq ?? 0)));
}

/** Of the channels that are not muted. */
export function unreadInAll(list: ChannelList, now = Date.now()): number {
  return [...list.byId.values()].reduce(
    (sum, channel) => (isMuted(channel, now) ? sum : sum + unreadOf(list, channel)),
    0,
  );
}

export const isMuted = (channel: ChannelState, now: number): boolean =>
  channel.mutedUntil !== undefined && Date.parse(channel.mutedUntil) > now;

/** The last message read, where something is unread after it. */
export function unreadFrom(list: ChannelList, channelId: number): number | null {
  const channel = list.byId.get(channelId);
  return channel && unreadOf(list, channel) > 0 ? readUpTo(list, channelId) : null;
}

/** The id of the last message read, by the server's word or this browser's. */
export function readUpTo(list: ChannelList, channelId: number): number {
  const server = list.byId.get(channelId)?.lastReadMessageId ?? 0;
  return Math.max(server, list.seen.get(channelId)?.messageId ?? 0);
}
