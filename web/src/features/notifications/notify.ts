// Notifications of the browser. Chromium on Android has them from the service worker only: `new Notification` throws there.
// The worker's part is public/notification-click.js.

/** Shows one; a later one of the same channel takes its place. Clicked, it leads to the channel. */
export async function notify(
  title: string,
  body: string,
  channelId: number,
  onOpen: (channelId: number) => void,
): Promise<void> {
  const options = { body, tag: `hubbub-${channelId}`, icon: '/icon-192.png', data: { channelId } };
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      window.focus();
      onOpen(channelId);
      notification.close();
    };
  } catch {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, options).catch(() => undefined);
  }
}

/** Calls back when a notification that the service worker showed was clicked. Returns how to stop that. */
export function onNotificationClick(onOpen: (channelId: number) => void): () => void {
  const listen = ({ data }: MessageEvent<unknown>): void => {
    if (typeof data !== 'object' || data === null || !('openChannel' in data)) return;
    if (typeof data.openChannel === 'number') onOpen(data.openChannel);
  };
  navigator.serviceWorker?.addEventListener('message', listen);
  return () => navigator.serviceWorker?.removeEventListener('message', listen);
}
