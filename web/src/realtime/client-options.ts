import type { Invitation, PublicUser, Receipt } from '../generated/types';
import type { ChangesEvents } from './changes';
import type { ChannelPage } from './channel-roll';
import type { ThreadPages } from './threads';

/** Where tokens come from. The core never sees a refresh token. */
export interface Tokens {
  /** A token with some time left; refreshes it when needed. */
  accessToken(): Promise<string>;
  /** The server refused the current token, whatever its expiry says. */
  rejected(): void;
}

export interface ClientOptions {
  /** Of the server; the page's own without it. */
  readonly url?: string;
  /** With it, what was last seen is kept in the browser, for when there is no network. */
  readonly keepsLastSeen?: boolean;
  readonly userId: number;
  readonly tokens: Tokens;
  /** A change that was shown and had to be taken back. */
  readonly onRefused: ChangesEvents['refused'];
  readonly fetchUsers: (ids: readonly number[]) => Promise<readonly PublicUser[]>;
  /** A page of one's channels, from the cursor of `connected` on. */
  readonly fetchChannels: (cursor: string) => Promise<ChannelPage>;
  /** Those of the user that are still good. */
  readonly fetchInvitations: () => Promise<readonly Invitation[]>;
  readonly fetchReceipts: (channelId: number, messageId: number) => Promise<readonly Receipt[]>;
  readonly threadPages: ThreadPages;
}
