import type { ChannelState, ChannelType } from '../generated/types';
import { HashIcon, LockIcon } from './icons';

export function ChannelIcon({ type, className = 'size-4.5' }: { type: ChannelType; className?: string }) {
  return type === 'private' ? <LockIcon className={className} /> : <HashIcon className={className} />;
}

/** A channel's name as it stands in a sentence. */
export const channelTitle = ({ name, type }: Pick<ChannelState, 'name' | 'type'>): string =>
  type === 'public' ? `#${name}` : name;
