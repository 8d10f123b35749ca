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
/** In which what one tab wrote reaches the storage of all others. */
const SPREAD_MS = 5_000;

/** The part of `navigator.locks` that is needed; it is missing where the page did not come over HTTPS. */
export interface Locks {
  request(
    name: string,
    options: { ifAvailable: true },
    work: (lock: unknown) => Promise<void>,
  ): Promise<unknown>;
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

  /**
   * Whether nobody had it before. A tab may read what another one wrote only a moment later; until then the lock, of
   * which the browser itself keeps the count, says that it is taken.
   */
  private take(subject: Subject): Promise<boolean> {
    const { locks } = this;
    if (!locks) return Promise.resolve(this.look(subject));
    return new Promise((resolve) => {
      locks
        .request(`${KEY}.${subject}`, { ifAvailable: true }, async (lock) => {
          resolve(lock !== null && this.look(subject));
          if (lock !== null) await new Promise((done) => setTimeout(done, SPREAD_MS));
        })
        .catch(() => resolve(this.look(subject))); // two alerts rather than none
    });
  }

  private look(subject: Subject): boolean {
    const ids = (this.storage.getItem(KEY) ?? '').split(',').filter(Boolean);
    if (ids.includes(String(subject))) return false;
    this.storage.setItem(KEY, [...ids, subject].slice(-REMEMBERED_MAX).join(','));
    return true;
  }
}
