import type { ChannelState, ChannelType } from '../generated/types';
import { HashIcon, LockIcon, PersonIcon } from './icons';

export function ChannelIcon({ type, className = 'size-4.5' }: { type: ChannelType; className?: string }) {
  if (type === 'direct') return <PersonIcon className={className} />;
  return type === 'private' ? <LockIcon className={className} /> : <HashIcon className={className} />;
}

/** A channel's name as it stands in a sentence. */
export const channelTitle = ({ name, type }: Pick<ChannelState, 'name' | 'type'>): string =>
  type === 'public' ? `#${name}` : name;
