// Generated from contract/schemas.json by tools/generate. Do not edit.

export type Id = number;

export type NullableId = number | null;

export type MarkedIds = readonly Id[];

export type Seq = number;

export type Uuid = string;

export type Time = string;

export type Cursor = string;

export type NextCursor = string | null;

export type PageLimit = number;

export type Username = string;

export type NewPassword = string;

export type DisplayName = string;

export type ChannelName = string;

export type Topic = string;

export type Content = string;

export type StatusText = string;

export type ReactionText = string;

export interface User {
  readonly id: number;
  readonly username: string;
  readonly displayName: string;
  readonly isAdmin: boolean;
  readonly createdAt: string;
}

export interface PublicUser {
  readonly id: number;
  readonly username: string;
  readonly displayName: string;
}

export interface Session {
  readonly user: User;
  readonly sessionId: number | string;
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken?: string;
  readonly refreshTokenExpiresAt: string;
}

export interface OpenSession {
  readonly id: number;
  readonly userAgent: string;
  readonly ip: string;
  readonly issuedAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly current: boolean;
}

export interface Invite {
  readonly id: number;
  readonly chatChannelId: number;
  readonly code: string;
  readonly userId: number | null;
  readonly createdBy: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly maxUses: number;
  readonly uses: number;
}

export interface Invitation {
  readonly id: number;
  readonly code: string;
  readonly channel: InvitationChannel;
  readonly invitedBy: PublicUser;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface InvitationChannel {
  readonly id: number;
  readonly name: string;
  readonly type: ChannelType;
  readonly topic?: string;
}

export type ChannelType = 'public' | 'private' | 'direct';

export type MemberRole = 'owner' | 'admin' | 'member';

export interface Channel {
  readonly chatChannelId: number;
  readonly name: string;
  readonly type: ChannelType;
  readonly topic: string | null;
  readonly createdBy: number | null;
  readonly createdAt: string;
  readonly archivedAt: string | null;
  readonly lastMessageId: number | null;
  readonly lastMessageAt: string | null;
  readonly memberCount: number;
}

export interface BrowsedChannel {
  readonly chatChannelId: number;
  readonly name: string;
  readonly type: ChannelType;
  readonly topic: string | null;
  readonly createdBy: number | null;
  readonly createdAt: string;
  readonly archivedAt: string | null;
  readonly lastMessageId: number | null;
  readonly lastMessageAt: string | null;
  readonly memberCount: number;
  readonly isMember: boolean;
}

export interface ChannelState {
  readonly chatChannelId: number;
  readonly name: string;
  readonly type: ChannelType;
  readonly role: MemberRole;
  readonly lastMessageId: number | null;
  readonly lastSeq: number;
  readonly lastEventSeq: number;
  readonly lastReadMessageId: number | null;
  readonly unreadCount: number;
  readonly mentionCount: number;
  readonly archivedAt?: string;
  readonly mutedUntil?: string;
  readonly peer?: PublicUser;
}

export interface MemberPosition {
  readonly userId: number;
  readonly lastReadMessageId: number | null;
  readonly lastDeliveredMessageId: number | null;
}

export interface Member {
  readonly user: PublicUser;
  readonly role: MemberRole;
  readonly joinedAt: string;
}

export interface Reaction {
  readonly reaction: string;
  readonly count: number;
  readonly userIds: readonly number[];
}

export interface Message {
  readonly id: number;
  readonly seq: number;
  readonly chatChannelId: number;
  readonly senderId: number;
  readonly content: string;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  readonly clientMessageId: string | null;
  readonly parentMessageId: number | null;
  readonly reactions: readonly Reaction[];
}

export interface History {
  readonly messages: readonly Message[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

export interface RecordedEvent {
  readonly event: string;
  readonly data: object;
}

export interface Resumed {
  readonly recovered: boolean;
  readonly events: readonly RecordedEvent[];
  readonly lastEventSeq: number;
}

export interface Limits {
  readonly messageBytesMax: number;
  readonly historyPageMax: number;
  readonly channelNameMax?: number;
}

export interface ServerConfig {
  readonly name: string;
  readonly version: string;
  readonly limits: Limits;
  readonly registrationOpen: boolean;
}

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly field?: string;
}

export interface ConnectedEvent {
  readonly userId: number;
  readonly sessionId: number | string;
  readonly serverTime: string;
  readonly limits: Limits;
  readonly channels: readonly ChannelState[];
  readonly nextCursor: NextCursor;
}

export interface DisconnectedEvent {
  readonly code: string;
  readonly message: string;
  readonly reconnectAfterMs?: number;
}

export interface ErrorEvent {
  readonly event?: string | null;
  readonly error: ErrorBody;
  readonly clientMessageId?: string;
}

export interface NewMessageEvent {
  readonly chatChannelId: number;
  readonly eventSeq: number;
  readonly message: Message;
}

export interface MessageEditedEvent {
  readonly chatChannelId: number;
  readonly eventSeq: number;
  readonly messageId: number;
  readonly messageCreatedAt: string;
  readonly content: string;
  readonly editedAt: string;
  readonly editedBy: number;
}

export interface MessageDeletedEvent {
  readonly chatChannelId: number;
  readonly eventSeq: number;
  readonly messageId: number;
  readonly messageCreatedAt: string;
  readonly deletedAt: string;
  readonly deletedBy: number;
}

export interface ReactionEvent {
  readonly chatChannelId: number;
  readonly eventSeq: number;
  readonly messageId: number;
  readonly messageCreatedAt: string;
  readonly userId: number;
  readonly reaction: string;
  readonly createdAt: string;
}

export interface MessagesReadEvent {
  readonly chatChannelId: number;
  readonly userId: number;
  readonly lastReadMessageId: number;
  readonly at: string;
}

export interface MessagesDeliveredEvent {
  readonly chatChannelId: number;
  readonly userId: number;
  readonly lastDeliveredMessageId: number;
  readonly at: string;
}

export interface ReadState {
  readonly chatChannelId: number;
  readonly lastReadMessageId: number | null;
  readonly unreadCount: number;
  readonly lastDeliveredMessageId: number | null;
}

export interface MembershipEvent {
  readonly chatChannelId: number;
  readonly eventSeq: number;
  readonly user: PublicUser;
  readonly at: string;
}

export type PresenceStatus = 'offline' | 'away' | 'online' | 'dnd';

export interface Receipt {
  readonly user: PublicUser;
  readonly read: boolean;
  readonly deliveredAt: string | null;
  readonly readAt: string | null;
}

export interface Presence {
  readonly userId: number;
  readonly status: PresenceStatus;
  readonly statusText?: string;
  readonly lastSeenAt?: string;
}

export interface UserPresenceEvent {
  readonly userId: number;
  readonly lastSeenAt?: string;
}

export interface UserTypingEvent {
  readonly chatChannelId: number;
  readonly userId: number;
  readonly expiresInMs?: number;
}

export interface ChannelAddedEvent {
  readonly channel: ChannelState;
}

export interface InvitationAddedEvent {
  readonly invitation: Invitation;
}

export interface InvitationRemovedEvent {
  readonly inviteId: number;
  readonly chatChannelId: number;
}

export interface ChannelUpdatedEvent {
  readonly channel: Channel;
}

export interface MemberUpdatedEvent {
  readonly chatChannelId: number;
  readonly member: Member;
}

export interface ChannelBehindEvent {
  readonly chatChannelId: number;
  readonly lastEventSeq: number;
}

export interface ChannelRemovedEvent {
  readonly chatChannelId: number;
  readonly reason: string;
}
