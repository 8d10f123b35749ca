// The realtime core for React: each hook reads one store and draws again only when what it returns has changed.
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { ChannelState, Presence } from '../generated/types';
import { unreadInAll, unreadOf } from '../realtime/channel-list';
import type { HubbubClient } from '../realtime/client';
import type { ConnectionStatus } from '../realtime/connection-machine';
import type { TimelineView } from '../realtime/timelines';

const Socket = createContext<HubbubClient | null>(null);

/** Gives the tree its client. Starts it, and stops it when it goes; one that is started already is left alone. */
export function SocketProvider({
  client,
  started = false,
  children,
}: {
  client: HubbubClient;
  started?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    if (started) return;
    client.start();
    return () => client.stop('unmounted');
  }, [client, started]);
  return <Socket value={client}>{children}</Socket>;
}

export function useSocket(): HubbubClient {
  const client = use(Socket);
  if (!client) throw new Error('useSocket needs a SocketProvider above it');
  return client;
}

export const useConnectionStatus = (): ConnectionStatus => useStore(useSocket().connection.status);

/** A channel of the user, or undefined when it is none. */
export const useChannel = (channelId: number): ChannelState | undefined =>
  useStore(useSocket().channels, (list) => list.byId.get(channelId));

/** Opens the channel and follows it. Undefined until it was asked for. */
export function useTimeline(channelId: number): TimelineView | undefined {
  const client = useSocket();
  useEffect(() => client.open(channelId), [client, channelId]);
  return useStore(client.timelines.store, (views) => views.get(channelId));
}

const nobody: readonly number[] = [];

/** Who is typing in a channel, and what to call at each keystroke of one's own. */
export function useTyping(channelId: number): {
  typing: readonly number[];
  keystroke: () => void;
  stop: () => void;
} {
  const client = useSocket();
  const typing = useStore(client.typists.store, (all) => all.get(channelId) ?? nobody);
  const [signal, setSignal] = useState(() => ({ channelId, of: client.typingSignal(channelId) }));
  if (signal.channelId !== channelId) setSignal({ channelId, of: client.typingSignal(channelId) });
  useEffect(() => () => signal.of.stop(), [signal]);
  return { typing, keystroke: () => signal.of.keystroke(), stop: () => signal.of.stop() };
}

/** Whether somebody is there. Undefined until the server told. */
export function usePresence(userId: number): Presence | undefined {
  const client = useSocket();
  useEffect(() => client.presence.want([userId]), [client, userId]);
  return useStore(client.presence.store, (all) => all.get(userId));
}

/** Unread messages of a channel; of all of them without one. */
export const useUnread = (channelId?: number): number =>
  useStore(useSocket().channels, (list) => {
    if (channelId === undefined) return unreadInAll(list);
    const channel = list.byId.get(channelId);
    return channel ? unreadOf(list, channel) : 0;
  });
