import { useEffect, useState } from 'react';
import { readUpTo, unreadFrom, unreadOf } from '../../realtime/channel-list';
import type { HubbubClient } from '../../realtime/client';

/** The message after which the line "new" stands: set when the unread begin, kept until the user writes or leaves. */
export function useNewMark(client: HubbubClient, channelId: number): number | null {
  const [mark, setMark] = useState(() => unreadFrom(client.channels.getState(), channelId));

  useEffect(
    () =>
      client.channels.subscribe((list, before) => {
        const channel = list.byId.get(channelId);
        const earlier = before.byId.get(channelId);
        if (!channel || !earlier || channel.lastSeq === earlier.lastSeq) return;
        const unread = unreadOf(list, channel);
        if (unread === 0) setMark(null);
        else if (unreadOf(before, earlier) === 0 && !document.hasFocus())
          setMark(readUpTo(before, channelId));
      }),
    [client, channelId],
  );

  return mark;
}
