import type {
  BrowsedChannel,
  Channel,
  ChannelState,
  History,
  Invitation,
  Invite,
  Member,
  MemberRole,
  Message,
  OpenSession,
  PublicUser,
  Receipt,
  ServerConfig,
  Session,
  User,
} from '../generated/types';
import { local } from '../storage/local';
import { ApiError, call, REQUEST_TIMEOUT_MS, type Method } from './http';
import { SessionKeeper } from './session';

export interface Page {
  readonly nextCursor: string | null;
}

const PAGE = 50;
const SUGGESTED_MAX = 8;

const query = (values: Record<string, string | number | null>): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[name, String(value)]],
    ),
  ).toString();

/** A token that is given moves into the cookie, unless the browser keeps nothing. */
const refreshBody = (refreshToken: string | undefined): object =>
  refreshToken === undefined ? { cookie: true } : { refreshToken, cookie: local.isShared() };

/** The REST interface. Every method throws ApiError. */
export class Api {
  readonly session = new SessionKeeper({
    refresh: (refreshToken, signal) => call('POST', '/auth/refresh', null, refreshBody(refreshToken), signal),
    logout: (accessToken) => call('POST', '/auth/logout', accessToken),
  });

  config = (): Promise<ServerConfig> => call('GET', '/config', null);

  async register(username: string, password: string, displayName: string): Promise<void> {
    const named = displayName === '' ? {} : { displayName };
    await this.session.begin((cookie) =>
      call<Session>('POST', '/auth/register', null, { username, password, ...named, cookie }),
    );
  }

  async login(username: string, password: string): Promise<void> {
    await this.session.begin((cookie) =>
      call<Session>('POST', '/auth/login', null, { username, password, cookie }),
    );
  }

  logout(): Promise<void> {
    return this.session.leave();
  }

  async users(ids: readonly number[]): Promise<readonly PublicUser[]> {
    return (await this.authorised<{ users: PublicUser[] }>('GET', `/users?ids=${ids.join(',')}`)).users;
  }

  createChannel(fields: {
    name: string;
    type: 'public' | 'private';
    topic?: string;
  }): Promise<{ channel: Channel; state: ChannelState }> {
    return this.authorised('POST', '/channels', fields);
  }

  browse(search: string, cursor: string | null): Promise<Page & { channels: BrowsedChannel[] }> {
    return this.authorised('GET', `/channels/browse?${query({ query: search, cursor, limit: PAGE })}`);
  }

  /** One's own. */
  channels(cursor: string): Promise<Page & { channels: ChannelState[] }> {
    return this.authorised('GET', `/channels?${query({ cursor, limit: 100 })}`);
  }

  channel(id: number): Promise<{ channel: Channel; state: ChannelState | null }> {
    return this.authorised('GET', `/channels/${id}`);
  }

  members(id: number, cursor: string | null): Promise<Page & { members: Member[] }> {
    return this.authorised('GET', `/channels/${id}/members?${query({ cursor, limit: PAGE })}`);
  }

  /** Somebody who does not know the user is invited instead. */
  addMember(id: number, username: string): Promise<{ member: Member } | { invite: Invite }> {
    return this.authorised('POST', `/channels/${id}/members`, { username });
  }

  updateChannel(
    id: number,
    fields: { name?: string; topic?: string; archived?: boolean },
  ): Promise<{ channel: Channel; state: ChannelState }> {
    return this.authorised('PATCH', `/channels/${id}`, fields);
  }

  setRole(id: number, userId: number, role: MemberRole): Promise<{ member: Member }> {
    return this.authorised('PATCH', `/channels/${id}/members/${userId}`, { role });
  }

  async removeMember(id: number, userId: number): Promise<void> {
    await this.authorised('DELETE', `/channels/${id}/members/${userId}`);
  }

  /** Users whose name begins so. */
  async searchUsers(text: string): Promise<readonly PublicUser[]> {
    const wanted = query({ query: text, limit: SUGGESTED_MAX });
    return (await this.authorised<{ users: PublicUser[] }>('GET', `/users/search?${wanted}`)).users;
  }

  invites(id: number): Promise<Page & { invites: Invite[] }> {
    return this.authorised('GET', `/channels/${id}/invites?limit=100`);
  }

  async createInvite(id: number, fields: { expiresInSeconds: number; maxUses: number }): Promise<Invite> {
    return (await this.authorised<{ invite: Invite }>('POST', `/channels/${id}/invites`, fields)).invite;
  }

  async withdrawInvite(id: number, inviteId: number): Promise<void> {
    await this.authorised('DELETE', `/channels/${id}/invites/${inviteId}`);
  }

  acceptInvite(code: string): Promise<{ channel: Channel; state: ChannelState }> {
    return this.authorised('POST', '/invites/accept', { code });
  }

  /** One's own. */
  async invitations(): Promise<readonly Invitation[]> {
    return (await this.authorised<{ invitations: Invitation[] }>('GET', '/me/invitations')).invitations;
  }

  async declineInvitation(id: number): Promise<void> {
    await this.authorised('DELETE', `/me/invitations/${id}`);
  }

  /** The conversation with a user, made when there is none yet. */
  openDirect(userId: number): Promise<{ channel: Channel; state: ChannelState }> {
    return this.authorised('POST', '/channels', { type: 'direct', userId });
  }

  search(
    query_: string,
    channelId: number | null,
    cursor: string | null,
  ): Promise<Page & { messages: Message[] }> {
    const wanted = query({ query: query_, chatChannelId: channelId, cursor, limit: PAGE });
    return this.authorised('GET', `/search?${wanted}`);
  }

  receipts(id: number, messageId: number): Promise<Page & { receipts: Receipt[] }> {
    return this.authorised('GET', `/channels/${id}/messages/${messageId}/receipts?limit=100`);
  }

  updateMe(fields: {
    displayName?: string;
    password?: string;
    currentPassword?: string;
  }): Promise<{ user: User }> {
    return this.authorised('PATCH', '/me', fields);
  }

  sessions(): Promise<Page & { sessions: OpenSession[] }> {
    return this.authorised('GET', '/auth/sessions?limit=100');
  }

  async endSession(id: number): Promise<void> {
    await this.authorised('DELETE', `/auth/sessions/${id}`);
  }

  async endOtherSessions(): Promise<void> {
    await this.authorised('DELETE', '/auth/sessions');
  }

  /** Until a time; null ends it. */
  mute(id: number, until: Date | null): Promise<{ channel: Channel; state: ChannelState }> {
    return until === null
      ? this.authorised('DELETE', `/channels/${id}/mute`)
      : this.authorised('PUT', `/channels/${id}/mute`, { mutedUntil: until.toISOString() });
  }

  async message(id: number, messageId: number): Promise<Message> {
    const path = `/channels/${id}/messages/${messageId}`;
    return (await this.authorised<{ message: Message }>('GET', path)).message;
  }

  /** The first message written then or after; null when there is none. */
  async firstMessageFrom(id: number, time: Date): Promise<Message | null> {
    const path = `/channels/${id}/messages?${query({ at: time.toISOString(), limit: PAGE })}`;
    const { messages } = await this.authorised<History>('GET', path);
    return messages.find((message) => Date.parse(message.createdAt) >= time.getTime()) ?? null;
  }

  replies(id: number, messageId: number, before: number | null): Promise<History> {
    return this.authorised(
      'GET',
      `/channels/${id}/messages/${messageId}/replies?${query({ before, limit: PAGE })}`,
    );
  }

  /** Every emoji with the names that one may type for it. */
  async emojiNames(): Promise<readonly [symbol: string, name: string, ...others: string[]][]> {
    return (await fetch('/emoji/names.json', { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })).json();
  }

  private async authorised<T>(method: Method, path: string, body?: object): Promise<T> {
    const token = await this.session.accessToken();
    try {
      return await call<T>(method, path, token, body);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.session.rejected(token);
      return call<T>(method, path, await this.session.accessToken(), body);
    }
  }
}
