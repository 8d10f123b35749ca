// What events and acknowledgements change in messages that are shown. Pure, and idempotent: both may say the same.
import type { Message, Reaction } from '../generated/types';
import type { ChannelEvent } from './protocol';

export type MessageChange = ChannelEvent;

/** `messages` ascend by id. The same array when nothing changed. */
export function editedMessages(messages: readonly Message[], change: MessageChange): readonly Message[] {
  const id = 'messageId' in change.data ? change.data.messageId : 0;
  const at = indexOfId(messages, id);
  const before = messages[at];
  if (!before) return messages;
  const after = changed(before, change);
  return after === before ? messages : messages.with(at, after);
}

export function indexOfId(messages: readonly Message[], id: number): number {
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = messages[middle]?.id ?? 0;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function changed(message: Message, { event, data }: MessageChange): Message {
  if (message.deletedAt !== null) return message;
  switch (event) {
    case 'message_edited':
      return { ...message, content: data.content, editedAt: data.editedAt };
    case 'message_deleted':
      return { ...message, content: '', deletedAt: data.deletedAt, reactions: [] };
    case 'reaction_added':
      return { ...message, reactions: withReaction(message.reactions, data.reaction, data.userId) };
    case 'reaction_removed':
      return { ...message, reactions: withoutReaction(message.reactions, data.reaction, data.userId) };
    default:
      return message;
  }
}

export function withReaction(
  all: readonly Reaction[],
  reaction: string,
  userId: number,
): readonly Reaction[] {
  const before = all.find((one) => one.reaction === reaction);
  if (!before) return [...all, { reaction, count: 1, userIds: [userId] }];
  if (before.userIds.includes(userId)) return all;
  const userIds = [...before.userIds, userId];
  return all.map((one) => (one === before ? { reaction, count: before.count + 1, userIds } : one));
}

export function withoutReaction(
  all: readonly Reaction[],
  reaction: string,
  userId: number,
): readonly Reaction[] {
  const before = all.find((one) => one.reaction === reaction);
  // Of many, the server names the first and the user themself: another one who is not named may still be among them.
  const mayBe = before && (before.userIds.includes(userId) || before.count > before.userIds.length);
  if (!mayBe) return all;
  if (before.count === 1) return all.filter((one) => one !== before);
  const userIds = before.userIds.filter((id) => id !== userId);
  return all.map((one) => (one === before ? { reaction, count: before.count - 1, userIds } : one));
}
