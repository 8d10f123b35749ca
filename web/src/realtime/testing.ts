// Builders for the tests of the realtime core and of the rows.
import type { ChannelState, Invitation, Message } from '../generated/types';
import type { ChannelEvent } from './protocol';

export const aMessage = (seq: number, fields: Partial<Message> = {}): Message => ({
  id: 100 + seq,
  seq,
  chatChannelId: 1,
  senderId: 2,
  content: `message ${seq}`,
  createdAt: new Date(Date.UTC(2026, 10, 22, 10, 0, seq)).toISOString(),
  editedAt: null,
  deletedAt: null,
  clientMessageId: null,
  parentMessageId: null,
  reactions: [],
  ...fields,
});

export const someMessages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => aMessage(from + index));

export const newMessage = (eventSeq: number, message: Message): ChannelEvent => ({
  event: 'new_message',
  data: { chatChannelId: message.chatChannelId, eventSeq, message },
});

export const aChannel = (fields: Partial<ChannelState> = {}): ChannelState => ({
  chatChannelId: 1,
  name: 'general',
  type: 'public',
  role: 'member',
  lastMessageId: null,
  lastSeq: 0,
  lastEventSeq: 0,
  lastReadMessageId: null,
  unreadCount: 0,
  mentionCount: 0,
  ...fields,
});

export const anInvitation = (id: number, fields: Partial<Invitation> = {}): Invitation => ({
  id,
  code: `code-${id}`,
  channel: { id: 1, name: 'secret', type: 'private' },
  invitedBy: { id: 2, username: 'ada', displayName: 'Ada' },
  createdAt: '2026-11-22T10:00:00Z',
  expiresAt: '2026-11-29T10:00:00Z',
  ...fields,
});
