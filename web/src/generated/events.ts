// Generated from contract/events.json by tools/generate. Do not edit.
import type {
  ChannelAddedEvent,
  ChannelBehindEvent,
  ChannelRemovedEvent,
  ChannelState,
  ChannelUpdatedEvent,
  ConnectedEvent,
  Content,
  DisconnectedEvent,
  ErrorEvent,
  Id,
  InvitationAddedEvent,
  InvitationRemovedEvent,
  MarkedIds,
  Member,
  MemberPosition,
  MemberUpdatedEvent,
  MembershipEvent,
  Message,
  MessageDeletedEvent,
  MessageEditedEvent,
  MessagesDeliveredEvent,
  MessagesReadEvent,
  NewMessageEvent,
  NullableId,
  PageLimit,
  Presence,
  Reaction,
  ReactionEvent,
  ReactionText,
  RecordedEvent,
  Resumed,
  Seq,
  StatusText,
  Time,
  UserPresenceEvent,
  UserTypingEvent,
  Uuid,
} from './types';

export interface ClientEvents {
  send_message: {
    readonly body: { readonly chatChannelId: Id; readonly content: Content; readonly clientMessageId: Uuid; readonly parentMessageId?: Id; };
    readonly reply: { readonly message: Message; readonly deduplicated: boolean; };
  };
  edit_message: {
    readonly body: { readonly chatChannelId: Id; readonly messageId: Id; readonly content: Content; };
    readonly reply: { readonly message: Message; };
  };
  delete_message: {
    readonly body: { readonly chatChannelId: Id; readonly messageId: Id; };
    readonly reply: { readonly messageId: Id; readonly deletedAt: Time; };
  };
  add_reaction: {
    readonly body: { readonly chatChannelId: Id; readonly messageId: Id; readonly reaction: ReactionText; };
    readonly reply: { readonly reactions: readonly Reaction[]; };
  };
  remove_reaction: {
    readonly body: { readonly chatChannelId: Id; readonly messageId: Id; readonly reaction: ReactionText; };
    readonly reply: { readonly reactions: readonly Reaction[]; };
  };
  mark_as_read: {
    readonly body: { readonly chatChannelId: Id; readonly messageId?: Id; readonly messageIds?: MarkedIds; };
    readonly reply: { readonly lastReadMessageId: NullableId; readonly unreadCount: number; };
  };
  mark_as_delivered: {
    readonly body: { readonly chatChannelId: Id; readonly messageId?: Id; readonly messageIds?: MarkedIds; };
    readonly reply: { readonly lastDeliveredMessageId: NullableId; };
  };
  join_channel: {
    readonly body: { readonly chatChannelId: Id; readonly lastEventSeq?: Seq; readonly historyLimit?: number; };
    readonly reply: { readonly channel: ChannelState; readonly members: readonly Member[]; readonly positions?: readonly MemberPosition[]; readonly messages?: readonly Message[]; readonly recovered?: boolean; readonly events?: readonly RecordedEvent[]; readonly lastEventSeq?: number; };
  };
  leave_channel: {
    readonly body: { readonly chatChannelId: Id; };
    readonly reply: object;
  };
  get_history: {
    readonly body: { readonly chatChannelId: Id; readonly before?: Id; readonly after?: Id; readonly around?: Id; readonly at?: Time; readonly limit?: PageLimit; };
    readonly reply: { readonly messages: readonly Message[]; readonly hasMoreBefore: boolean; readonly hasMoreAfter: boolean; };
  };
  typing_start: {
    readonly body: { readonly chatChannelId: Id; };
    readonly reply: object;
  };
  typing_stop: {
    readonly body: { readonly chatChannelId: Id; };
    readonly reply: object;
  };
  user_online: {
    readonly body: { readonly status?: 'online' | 'away' | 'dnd'; readonly statusText?: StatusText; };
    readonly reply: object;
  };
  user_offline: {
    readonly body: object;
    readonly reply: object;
  };
  get_presence: {
    readonly body: { readonly userIds?: readonly Id[]; readonly chatChannelId?: Id; };
    readonly reply: { readonly presence: readonly Presence[]; };
  };
  resume: {
    readonly body: { readonly channels: Readonly<Record<string, number>>; };
    readonly reply: { readonly channels: Readonly<Record<string, Resumed>>; };
  };
  refresh_token: {
    readonly body: { readonly token: string; };
    readonly reply: { readonly expiresAt: Time; };
  };
}

export interface ServerEvents {
  connected: ConnectedEvent;
  disconnected: DisconnectedEvent;
  error: ErrorEvent;
  new_message: NewMessageEvent;
  message_edited: MessageEditedEvent;
  message_deleted: MessageDeletedEvent;
  reaction_added: ReactionEvent;
  reaction_removed: ReactionEvent;
  messages_read: MessagesReadEvent;
  messages_delivered: MessagesDeliveredEvent;
  user_joined: MembershipEvent;
  user_left: MembershipEvent;
  user_typing: UserTypingEvent;
  user_stopped_typing: UserTypingEvent;
  user_online: UserPresenceEvent;
  user_offline: UserPresenceEvent;
  presence_update: Presence;
  channel_added: ChannelAddedEvent;
  invitation_added: InvitationAddedEvent;
  invitation_removed: InvitationRemovedEvent;
  channel_updated: ChannelUpdatedEvent;
  member_updated: MemberUpdatedEvent;
  channel_behind: ChannelBehindEvent;
  channel_removed: ChannelRemovedEvent;
}
