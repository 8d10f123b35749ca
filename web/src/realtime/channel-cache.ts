import type { ChannelState } from '../generated/types';

const keyOf = (userId: number): string => `hubbub.channels.${userId}`;

export type ChannelCache = typeof channelCache;

/** The channels as the server last told them, in localStorage: what a page opened without a network shows. */
export const channelCache = {
  load(userId: number): readonly ChannelState[] | null {
    try {
      return JSON.parse(localStorage.getItem(keyOf(userId)) ?? 'null') as readonly ChannelState[] | null;
    } catch {
      return null;
    }
  },

  save(userId: number, channels: readonly ChannelState[]): void {
    localStorage.setItem(keyOf(userId), JSON.stringify(channels));
  },

  forget: (userId: number): void => localStorage.removeItem(keyOf(userId)),
};
