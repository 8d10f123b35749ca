import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../api/api';
import { SocketProvider } from '../bindings/bindings';
import type { User } from '../generated/types';
import { AuthScreen } from '../features/auth/auth-screen';
import { assertNever } from '../realtime/assert-never';
import { HubbubClient } from '../realtime/client';
import { keepOnly } from '../storage/keep-only';
import { errorText } from '../ui/error-text';
import { toast } from '../ui/toasts';
import { newQueries } from './queries';
import { channelRoute, go, useRoute } from './route';
import { Workspace } from './workspace';

export function App({ api }: { api: Api }) {
  const status = useStore(api.session.status);
  const { invite } = useRoute();
  const userId = status.kind === 'signed-in' ? status.user.id : null;
  // In each tab, and whatever ended the session: nothing stays behind on a shared machine.
  useEffect(() => keepOnly(userId), [userId]);
  switch (status.kind) {
    case 'signed-out':
      return (
        <Queries key="signed-out">
          <AuthScreen api={api} endedBy={status.code} invited={invite !== null} />
        </Queries>
      );
    case 'signed-in':
      return (
        <Queries key={status.sessionId}>
          <SignedIn api={api} user={status.user} />
        </Queries>
      );
    default:
      return assertNever(status);
  }
}

/** A cache of REST answers that ends with the session: nothing of one user is ever shown to the next. */
function Queries({ children }: { children: ReactNode }) {
  const queries = useMemo(() => newQueries(), []);
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}

function SignedIn({ api, user }: { api: Api; user: User }) {
  const intl = useIntl();
  const words = useRef(intl);
  useEffect(() => {
    words.current = intl;
  }, [intl]);
  const userId = user.id;
  const client = useMemo(() => {
    return new HubbubClient({
      userId,
      keepsLastSeen: true,
      tokens: api.session,
      fetchUsers: (ids) => api.users(ids),
      fetchChannels: (cursor) => api.channels(cursor),
      fetchInvitations: () => api.invitations(),
      fetchReceipts: async (channelId, id) => (await api.receipts(channelId, id)).receipts,
      threadPages: {
        message: (channelId, id) => api.message(channelId, id),
        replies: (channelId, id, before) => api.replies(channelId, id, before),
      },
      onRefused: (_, error) => toast(errorText(words.current, error)),
    });
  }, [api, userId]);

  useEffect(() => client.directory.learn([user]), [client, user]);

  useEffect(() => {
    client.start();
    return () => client.stop('signed-out');
  }, [client]);

  async function signOut(): Promise<void> {
    await api.logout();
    go(channelRoute(null), 'replace');
  }

  return (
    <SocketProvider client={client} started>
      <Workspace api={api} client={client} user={user} onSignOut={() => void signOut()} />
    </SocketProvider>
  );
}
