import { describe, expect, it } from 'vitest';
import type { Reaction } from '../generated/types';
import { wished } from './changes';
import {
  editedMessages,
  indexOfId,
  withoutReaction,
  withReaction,
  type MessageChange,
} from './message-changes';
import { aMessage, someMessages } from './testing';

const reacted = (
  userId: number,
  event: 'reaction_added' | 'reaction_removed' = 'reaction_added',
): MessageChange => ({
  event,
  data: {
    chatChannelId: 1,
    eventSeq: 1,
    messageId: 102,
    messageCreatedAt: '',
    userId,
    reaction: '👍',
    createdAt: '',
  },
});

describe('editedMessages', () => {
  const messages = someMessages(1, 4);

  it('adds and removes a reaction once, however often it is told', () => {
    const added = [reacted(5), reacted(6), reacted(5)].reduce(editedMessages, messages);
    expect(added[1]?.reactions).toEqual([{ reaction: '👍', count: 2, userIds: [5, 6] }]);
    const removed = [reacted(5, 'reaction_removed'), reacted(5, 'reaction_removed')].reduce(
      editedMessages,
      added,
    );
    expect(removed[1]?.reactions).toEqual([{ reaction: '👍', count: 1, userIds: [6] }]);
    expect(editedMessages(removed, reacted(6, 'reaction_removed'))[1]?.reactions).toEqual([]);
  });

  it('leaves the array as it is when the message is not there', () => {
    expect(editedMessages([aMessage(9)], reacted(5))).toEqual([aMessage(9)]);
    expect(editedMessages(messages.slice(2), reacted(5))).toEqual(messages.slice(2));
  });

  it('changes nothing of a deleted message', () => {
    const gone = [aMessage(2, { deletedAt: '2026-11-22T11:00:00.000Z' })];
    expect(editedMessages(gone, reacted(5))).toBe(gone);
  });
});

describe('a reaction of 25, of whom the server names the first 20 and oneself', () => {
  const me = 24;
  const first = Array.from({ length: 20 }, (_, index) => index + 1);
  const told = [{ reaction: '👍', count: 25, userIds: [...first, me] }];

  it('is taken back by oneself once, and given again', () => {
    const without = [{ reaction: '👍', count: 24, userIds: first }];
    expect(withoutReaction(told, '👍', me)).toEqual(without);
    const again = withReaction(without, '👍', me);
    expect(again).toEqual(told);
    expect(withReaction(again, '👍', me)).toBe(again);
  });

  it('is taken back by one who is not named, and by no more than there are', () => {
    const others = [21, 22, 23, 25].reduce<readonly Reaction[]>(
      (all, id) => withoutReaction(all, '👍', id),
      told,
    );
    expect(others).toEqual([{ reaction: '👍', count: 21, userIds: [...first, me] }]);
    expect(withoutReaction(others, '👍', 26)).toBe(others);
  });

  it('has one more, whose name is known', () => {
    expect(withReaction(told, '👍', 26)).toEqual([
      { reaction: '👍', count: 26, userIds: [...first, me, 26] },
    ]);
  });
});

it('finds a message by its id', () => {
  const messages = someMessages(1, 50);
  for (const seq of [1, 2, 25, 49, 50]) expect(indexOfId(messages, 100 + seq)).toBe(seq - 1);
  expect(indexOfId(messages, 7)).toBe(-1);
});

it('shows a message as it will be once the wishes are fulfilled', () => {
  const at = { chatChannelId: 1, messageId: 102 };
  const message = aMessage(2);
  const shown = wished(
    message,
    [
      { ...at, kind: 'edit', content: 'new' },
      { ...at, kind: 'react', reaction: '👍' },
    ],
    9,
  );
  expect(shown).toMatchObject({ content: 'new', reactions: [{ reaction: '👍', count: 1, userIds: [9] }] });
  expect(wished(message, [{ ...at, messageId: 1, kind: 'delete' }], 9)).toBe(message);
  expect(wished(message, [{ ...at, kind: 'delete' }], 9)).toMatchObject({ content: '', reactions: [] });
});
