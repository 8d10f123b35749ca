import { useEffect, useRef } from 'react';
import { useIntl } from 'react-intl';
import { AlertClaims, deservesAlert, type Locks } from '../../realtime/alerts';
import type { HubbubClient } from '../../realtime/client';
import { local } from '../../storage/local';
import { channelTitle } from '../../ui/channel-icon';
import { notifications, sound } from '../../ui/preferences';
import { toast } from '../../ui/toasts';
import { isWatching } from '../../ui/use-watching';
import { plainText } from '../../ui/plain-text';
import { playChime } from './chime';
import { notify, onNotificationClick } from './notify';

/** Notifications and sound for messages that nobody sees coming, and for invitations. */
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
    // What this tab knows now: another one may have changed it, or this page may just have been opened.
    const mayDisturb = async () => (await client.presence.known(client.userId))?.status !== 'dnd';

    async function alert(title: string, body: string, channel: number): Promise<void> {
      if (sound.getState() === 'on') playChime();
      if (notifications.getState() === 'on' && Notification.permission === 'granted')
        await notify(title, body, channel, latest.current.onOpen);
    }

    const stopMessages = client.onMessage(async (message) => {
      const watched = isWatching() ? latest.current.channelId : null;
      const channel = client.channels.getState().byId.get(message.chatChannelId);
      if (watched === message.chatChannelId) void claims.settle(message.id);
      if (!channel || !deservesAlert(message, channel, { me: client.userId, now: Date.now(), watched }))
        return;
      if (!(await claims.claim(message.id)) || !(await mayDisturb())) return;
      const name = client.directory.store.getState().get(message.senderId)?.displayName ?? '';
      const title = latest.current.intl.formatMessage(
        { id: 'notify.title' },
        { name, channel: channelTitle(channel) },
      );
      await alert(title, plainText(message.content).slice(0, 200), channel.chatChannelId);
    });

    const stopInvitations = client.invitations.onAdded(async ({ id, channel, invitedBy }) => {
      const claimed = await claims.claim(`i${id}`);
      if (!(await mayDisturb())) return;
      const news = latest.current.intl.formatMessage(
        { id: 'invitations.news' },
        { name: invitedBy.displayName, username: invitedBy.username, channel: channel.name },
      );
      // The list may be out of sight, and is silent for those who do not see it.
      if (isWatching()) toast(news);
      if (claimed) await alert(news, channel.topic ?? '', channel.id);
    });

    return () => {
      stopMessages();
      stopInvitations();
    };
  }, [client]);

  useEffect(() => onNotificationClick((id) => latest.current.onOpen(id)), []);
}
