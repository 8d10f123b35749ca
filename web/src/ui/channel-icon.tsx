import type { ChannelType } from '../generated/types';
import { HashIcon, LockIcon } from './icons';

export function ChannelIcon({ type, className = 'size-4.5' }: { type: ChannelType; className?: string }) {
  return type === 'private' ? <LockIcon className={className} /> : <HashIcon className={className} />;
}
