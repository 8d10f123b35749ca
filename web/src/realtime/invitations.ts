// Who invites the signed-in user, and where to: the server's list after each connect, then kept by events.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Invitation } from '../generated/types';
import { backoffMs } from './backoff';
import type { ChannelList } from './channel-list';
import type { ServerEvent } from './protocol';

type InvitationEvent = Extract<ServerEvent, { readonly event: 'invitation_added' | 'invitation_removed' }>;

type Change = (list: readonly Invitation[]) => readonly Invitation[];

/** While the list is on its way. */
interface Asking {
  /** What happened since it was asked for; the answer may know it or not. */
  changes: Change[];
}

export class Invitations {
  /** The newest first. */
  readonly store: StoreApi<readonly Invitation[]> = createStore(() => [] as readonly Invitation[]);
  private asking: Asking | null = null;
  private readonly listeners = new Set<(invitation: Invitation) => unknown>();

  constructor(private readonly fetchAll: () => Promise<readonly Invitation[]>) {}

  async connected(): Promise<void> {
    const asking: Asking = { changes: [] };
    this.asking = asking;
    for (let attempt = 1; this.asking === asking; attempt++) {
      asking.changes = [];
      const told = await this.fetchAll().catch(() => null);
      if (this.asking !== asking) return;
      if (told === null) {
        await new Promise((done) => setTimeout(done, backoffMs(attempt)));
        continue;
      }
      this.asking = null;
      this.store.setState(
        asking.changes.reduce((list, change) => change(list), told),
        true,
      );
    }
  }

  /** What was not told yet is asked for after the next connect. */
  pause(): void {
    this.asking = null;
  }

  handle({ event, data }: InvitationEvent): void {
    if (event === 'invitation_removed') {
      this.remove(data.inviteId);
      return;
    }
    const { invitation } = data;
    this.change((list) =>
      [...list.filter(({ id }) => id !== invitation.id), invitation].sort((a, b) => b.id - a.id),
    );
    for (const listener of this.listeners) listener(invitation);
  }

  /** Declined, withdrawn, or found to be no longer good. */
  remove(inviteId: number): void {
    this.change((list) => list.filter(({ id }) => id !== inviteId));
  }

  /** Nobody needs an invitation to where they are. */
  entered(channelId: number): void {
    this.change((list) => list.filter(({ channel }) => channel.id !== channelId));
  }

  /** Calls back for each invitation that comes live. Returns the way to stop. */
  onAdded(listener: (invitation: Invitation) => unknown): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private change(change: Change): void {
    this.asking?.changes.push(change);
    this.store.setState(change, true);
  }
}

/** Those that can still be accepted: nothing is told when one expires, and a membership may be told first. */
export const openInvitations = (
  all: readonly Invitation[],
  channels: ChannelList,
  now = Date.now(),
): readonly Invitation[] =>
  all.filter(({ channel, expiresAt }) => !channels.byId.has(channel.id) && Date.parse(expiresAt) > now);
