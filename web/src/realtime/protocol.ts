// The socket's events and requests, as types. Shapes come from contract/; this file only pairs names with them.
import type {
  ChannelAddedEvent,
  ChannelRemovedEvent,
  ChannelState,
  ChannelUpdatedEvent,
  ConnectedEvent,
  DisconnectedEvent,
  ErrorBody,
  ErrorEvent,
  Member,
  MemberUpdatedEvent,
  MembershipEvent,
  Message,
  MessageDeletedEvent,
  MessageEditedEvent,
  MessagesDeliveredEvent,
  MessagesReadEvent,
  NewMessageEvent,
  Presence,
  Reaction,
  ReactionEvent,
  UserPresenceEvent,
  UserTypingEvent,
} from '../generated/types';

/** A durable change of a channel. Every name that carries an eventSeq counts, also one this client does not know. */
export type ChannelEvent =
  | { readonly event: 'new_message'; readonly data: NewMessageEvent }
  | { readonly event: 'message_edited'; readonly data: MessageEditedEvent }
  | { readonly event: 'message_deleted'; readonly data: MessageDeletedEvent }
  | { readonly event: 'user_joined' | 'user_left'; readonly data: MembershipEvent }
  | { readonly event: 'reaction_added' | 'reaction_removed'; readonly data: ReactionEvent };

export type ServerEvent =
  | ChannelEvent
  | { readonly event: 'connected'; readonly data: ConnectedEvent }
  | { readonly event: 'disconnected'; readonly data: DisconnectedEvent }
  | { readonly event: 'error'; readonly data: ErrorEvent }
  | { readonly event: 'channel_added'; readonly data: ChannelAddedEvent }
  | { readonly event: 'channel_removed'; readonly data: ChannelRemovedEvent }
  | { readonly event: 'channel_updated'; readonly data: ChannelUpdatedEvent }
  | { readonly event: 'member_updated'; readonly data: MemberUpdatedEvent }
  | { readonly event: 'presence_update'; readonly data: Presence }
  | { readonly event: 'user_online' | 'user_offline'; readonly data: UserPresenceEvent }
  | { readonly event: 'messages_read'; readonly data: MessagesReadEvent }
  | { readonly event: 'messages_delivered'; readonly data: MessagesDeliveredEvent }
  | { readonly event: 'user_typing' | 'user_stopped_typing'; readonly data: UserTypingEvent };

export interface Resumed {
  readonly recovered: boolean;
  readonly events: readonly ChannelEvent[];
  readonly lastEventSeq: number;
}

/** Which page: before, after or around a message; the newest one without any. */
export interface HistoryPlace {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
}

export interface HistoryPage {
  readonly messages: readonly Message[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

export interface Requests {
  send_message: {
    body: { chatChannelId: number; content: string; clientMessageId: string; parentMessageId?: number };
    reply: { message: Message; deduplicated?: boolean };
  };
  edit_message: {
    body: { chatChannelId: number; messageId: number; content: string };
    reply: { message: Message };
  };
  delete_message: {
    body: { chatChannelId: number; messageId: number };
    reply: { messageId: number; deletedAt: string };
  };
  add_reaction: {
    body: { chatChannelId: number; messageId: number; reaction: string };
    reply: { reactions: readonly Reaction[] };
  };
  remove_reaction: {
    body: { chatChannelId: number; messageId: number; reaction: string };
    reply: { reactions: readonly Reaction[] };
  };
  mark_as_read: {
    body: { chatChannelId: number; messageId: number };
    reply: { lastReadMessageId: number; unreadCount: number };
  };
  mark_as_delivered: {
    body: { chatChannelId: number; messageId: number };
    reply: { lastDeliveredMessageId: number };
  };
  join_channel: {
    body: { chatChannelId: number; historyLimit: number };
    reply: { channel: ChannelState; members: readonly Member[]; messages: readonly Message[] };
  };
  leave_channel: { body: { chatChannelId: number }; reply: object };
  get_history: {
    body: { chatChannelId: number; limit: number } & HistoryPlace;
    reply: HistoryPage;
  };
  resume: {
    body: { channels: Record<string, number> };
    reply: { channels: Record<string, Resumed> };
  };
  user_online: { body: { status: 'online' | 'away' | 'dnd' }; reply: object };
  user_offline: { body: object; reply: object };
  get_presence: { body: { userIds: readonly number[] }; reply: { presence: readonly Presence[] } };
  refresh_token: { body: { token: string }; reply: { expiresAt: string } };
}

export type RequestName = keyof Requests;

/** `lost`: no answer came. It may or may not have happened. */
export type Reply<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'lost' };

export type Request = <N extends RequestName>(
  name: N,
  body: Requests[N]['body'],
) => Promise<Reply<Requests[N]['reply']>>;
