import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { HubbubClient } from '../realtime/client';
import { aChannel } from '../realtime/testing';
import {
  SocketProvider,
  useChannel,
  useConnectionStatus,
  usePresence,
  useTimeline,
  useTyping,
  useUnread,
} from './bindings';

function aClient(): HubbubClient {
  const never = () => Promise.reject(new Error('not asked here'));
  return new HubbubClient({
    url: 'http://127.0.0.1:9',
    userId: 9,
    tokens: { accessToken: never, rejected: () => undefined },
    fetchUsers: never,
    fetchChannels: never,
    fetchInvitations: never,
    fetchReceipts: never,
    threadPages: { message: never, replies: never },
    onRefused: () => undefined,
  });
}

function Everything() {
  const { typing } = useTyping(1);
  const seen = [
    useConnectionStatus().kind,
    useChannel(1)?.name,
    useUnread(1),
    useUnread(),
    useTimeline(1)?.kind ?? 'not open',
    typing.join('+'),
    usePresence(7)?.status,
  ];
  return <p>{seen.join(' ')}</p>;
}

it('each hook reads what the client knows', () => {
  const client = aClient();
  client.addChannel(aChannel({ unreadCount: 3, lastSeq: 5 }));
  client.addChannel(aChannel({ chatChannelId: 2, unreadCount: 1, lastSeq: 1 }));
  client.typists.started(1, 7);
  client.typists.started(1, 8);
  client.presence.changed([{ userId: 7, status: 'dnd' }]);
  // Rendered to text, React reads the stores as they were at first.
  for (const store of [client.channels, client.typists.store, client.presence.store])
    store.getInitialState = store.getState as () => never;
  const shown = renderToStaticMarkup(
    <SocketProvider client={client}>
      <Everything />
    </SocketProvider>,
  );
  expect(shown).toBe('<p>connecting general 3 4 not open 7+8 dnd</p>');
  client.typists.clear();
});

it('says what is missing when there is no provider', () => {
  expect(() => renderToStaticMarkup(<Everything />)).toThrow('SocketProvider');
});
