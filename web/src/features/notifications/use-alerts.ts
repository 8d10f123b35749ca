import { useEffect, useRef } from 'react';
import { useIntl } from 'react-intl';
import { AlertClaims, deservesAlert, type Locks } from '../../realtime/alerts';
import type { HubbubClient } from '../../realtime/client';
import { local } from '../../storage/local';
import { channelTitle } from '../../ui/channel-icon';
import { notifications, sound } from '../../ui/preferences';
import { isWatching } from '../../ui/use-watching';
import { plainText } from '../../ui/plain-text';
import { playChime } from './chime';
import { notify, onNotificationClick } from './notify';

/** Notifications and sound for messages that nobody sees coming. */
export function useAlerts(
  client: HubbubClient,
  channelId: number | null,
  onOpen: (id: number) => void,
): void {
  const intl = useIntl();
  const latest = useRef({ intl, channelId, onOpen });
  useEffect(() => {
    latest.current = { intl, channelId, onOpen };
  });

  useEffect(() => {
    client.presence.want([client.userId]);
    const claims = new AlertClaims(
      { getItem: local.get, setItem: local.set },
      navigator.locks as Locks | undefined,
    );
    return client.onMessage(async (message) => {
      const watched = isWatching() ? latest.current.channelId : null;
      const channel = client.channels.getState().byId.get(message.chatChannelId);
      if (watched === message.chatChannelId) void claims.settle(message.id);
      if (!channel || !deservesAlert(message, channel, { me: client.userId, now: Date.now(), watched }))
        return;
      if (!(await claims.claim(message.id))) return;
      // What this tab knows now: another one may have changed it, or this page may just have been opened.
      if ((await client.presence.known(client.userId))?.status === 'dnd') return;
      if (sound.getState() === 'on') playChime();
      if (notifications.getState() !== 'on' || Notification.permission !== 'granted') return;
      const { intl: words, onOpen: open } = latest.current;
      const name = client.directory.store.getState().get(message.senderId)?.displayName ?? '';
      const title = words.formatMessage({ id: 'notify.title' }, { name, channel: channelTitle(channel) });
      await notify(title, plainText(message.content).slice(0, 200), channel.chatChannelId, open);
    });
  }, [client]);

  useEffect(() => onNotificationClick((id) => latest.current.onOpen(id)), []);
}
