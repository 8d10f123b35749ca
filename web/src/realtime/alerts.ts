// When to draw attention to a message. The rule is pure; telling the tabs apart is not.
import type { ChannelState, Message } from '../generated/types';
import { isMuted } from './channel-list';

export interface Situation {
  readonly me: number;
  readonly now: number;
  /** The channel that somebody looks at in this tab. */
  readonly watched: number | null;
}

/** Messages of others, in channels that are not muted and not looked at. */
export function deservesAlert(
  message: Message,
  channel: ChannelState | undefined,
  { me, now, watched }: Situation,
): boolean {
  if (!channel || message.senderId === me || message.deletedAt !== null) return false;
  return !isMuted(channel, now) && watched !== channel.chatChannelId;
}

const KEY = 'hubbub.alerted';
/** What this browser remembers: more than can come while a tab waits. */
const REMEMBERED_MAX = 200;
/** A tab in which somebody looks at the channel speaks first; the others then know that nothing is to be said. */
const PATIENCE_MS = 250;
/** A tab that is frozen while it holds the lock keeps no other from speaking. */
const LOCK_WAIT_MS = 2_000;

/** The part of `navigator.locks` that is needed; it is missing where the page did not come over HTTPS. */
export interface Locks {
  request(name: string, options: { signal: AbortSignal }, work: () => void): Promise<unknown>;
}

/** The id of a message, or that of an invitation after an `i`. */
type Subject = number | `i${number}`;

/** Lets one of all tabs of this browser alert to something, or none when it is looked at in one of them. */
export class AlertClaims {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'>,
    private readonly locks: Locks | undefined,
  ) {}

  async claim(subject: Subject): Promise<boolean> {
    await new Promise((done) => setTimeout(done, PATIENCE_MS));
    return this.take(subject);
  }

  /** Somebody looks at it: no tab needs to alert. */
  async settle(subject: Subject): Promise<void> {
    await this.take(subject);
  }

  /** Whether nobody had it before. The lock keeps two tabs from both finding it free. */
  private async take(subject: Subject): Promise<boolean> {
    let taken = false;
    const look = (): void => {
      const ids = (this.storage.getItem(KEY) ?? '').split(',').filter(Boolean);
      taken = !ids.includes(String(subject));
      if (taken) this.storage.setItem(KEY, [...ids, subject].slice(-REMEMBERED_MAX).join(','));
    };
    try {
      if (!this.locks) look();
      else await this.locks.request(KEY, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, look);
    } catch {
      // Two alerts rather than none.
      look();
    }
    return taken;
  }
}
