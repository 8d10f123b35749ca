// When to draw attention to a message. The rule is pure; telling the tabs apart is not.
import type { ChannelState, Message } from '../generated/types';

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

export const isMuted = (channel: ChannelState, now: number): boolean =>
  channel.mutedUntil !== undefined && Date.parse(channel.mutedUntil) > now;

const KEY = 'hubbub.alerted';
/** A tab in which somebody looks at the channel speaks first; the others then know that nothing is to be said. */
const PATIENCE_MS = 250;

/** Lets one of all tabs of this browser alert to a message, or none when it is looked at in one of them. */
export class AlertClaims {
  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'>) {}

  async claim(messageId: number): Promise<boolean> {
    await new Promise((done) => setTimeout(done, PATIENCE_MS));
    return this.take(messageId);
  }

  /** Somebody looks at it: no tab needs to alert. */
  settle(messageId: number): void {
    this.take(messageId);
  }

  private take(messageId: number): boolean {
    if (Number(this.storage.getItem(KEY)) >= messageId) return false;
    this.storage.setItem(KEY, String(messageId));
    return true;
  }
}
