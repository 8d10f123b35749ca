import { useState } from 'react';
import type { ErrorBody } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';

/** Joins a channel, then opens it. `joining` is the channel under way. */
export function useJoin(client: HubbubClient, onJoined: (channelId: number) => void) {
  const [joining, setJoining] = useState<number | null>(null);
  const [error, setError] = useState<Pick<ErrorBody, 'code'> | null>(null);

  async function join(channelId: number): Promise<void> {
    setJoining(channelId);
    setError(null);
    const reply = await client.join(channelId);
    setJoining(null);
    if (reply.kind === 'ok') onJoined(channelId);
    else setError(reply.kind === 'refused' ? reply.error : { code: 'client.unreachable' });
  }

  return { join, joining, error };
}
