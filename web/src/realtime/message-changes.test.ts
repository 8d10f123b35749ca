import { describe, expect, it } from 'vitest';
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

it('counts beyond the users who are named', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => index + 1).reduce(
    (all, id) => withReaction(all, '👍', id),
    [] as ReturnType<typeof withReaction>,
  );
  const more = withReaction(twenty, '👍', 21);
  expect(more[0]).toMatchObject({ count: 21 });
  expect(more[0]?.userIds).toHaveLength(20);
  expect(withoutReaction(more, '👍', 21)[0]?.count).toBe(20);
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
