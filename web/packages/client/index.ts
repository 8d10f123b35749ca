// What the package offers. The core itself is what the web client runs on.
import type { History, Invitation, Message, PublicUser, Receipt } from '../../src/generated/types';
import type { ChannelPage } from '../../src/realtime/channel-roll';
import { HubbubClient } from '../../src/realtime/client';

export type * from '../../src/generated/types';
export { unreadInAll, unreadOf } from '../../src/realtime/channel-list';
export { HubbubClient } from '../../src/realtime/client';
export type { ClientOptions, Tokens } from '../../src/realtime/client-options';
export type { ConnectionStatus } from '../../src/realtime/connection-machine';
export { openInvitations } from '../../src/realtime/invitations';
export type { OutboxEntry } from '../../src/realtime/outbox';
export type { ChannelEvent, ServerEvent } from '../../src/realtime/protocol';
export type { TimelineView } from '../../src/realtime/timelines';

/** Longer than the server waits for a silent database. */
const REQUEST_TIMEOUT_MS = 20_000;

export interface ConnectOptions {
  /** Of the server: `https://chat.example.org`. */
  readonly url: string;
  readonly userId: number;
  /** Gives a token with some time left; called for each connect and each REST request. */
  readonly token: () => string | Promise<string>;
  /** The server refused the token that was given last. */
  readonly onTokenRejected?: () => void;
  /** An edit, deletion or reaction was shown and had to be taken back. */
  readonly onRefused?: (error: { readonly code: string; readonly message: string }) => void;
}

/** A started client of a server. `stop` ends it. */
export function connect({ url, userId, token, onTokenRejected, onRefused }: ConnectOptions): HubbubClient {
  async function get<T>(path: string): Promise<T> {
    const response = await fetch(`${url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${await token()}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json() as Promise<T>;
  }

  const client = new HubbubClient({
    url,
    userId,
    tokens: { accessToken: async () => token(), rejected: () => onTokenRejected?.() },
    fetchUsers: async (ids) => (await get<{ users: PublicUser[] }>(`/users?ids=${ids.join(',')}`)).users,
    fetchChannels: (cursor) => get<ChannelPage>(`/channels?limit=100&cursor=${encodeURIComponent(cursor)}`),
    fetchInvitations: async () => (await get<{ invitations: Invitation[] }>('/me/invitations')).invitations,
    fetchReceipts: async (channelId, id) =>
      (await get<{ receipts: Receipt[] }>(`/channels/${channelId}/messages/${id}/receipts`)).receipts,
    threadPages: {
      message: async (channelId, id) =>
        (await get<{ message: Message }>(`/channels/${channelId}/messages/${id}`)).message,
      replies: (channelId, id, before) =>
        get<History>(
          `/channels/${channelId}/messages/${id}/replies${before === null ? '' : `?before=${before}`}`,
        ),
    },
    onRefused: (_, error) => onRefused?.(error),
  });
  client.start();
  return client;
}
