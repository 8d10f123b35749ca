// Part of the service worker: a click on a notification leads to its channel, in a tab that is open or in a new one.
globalThis.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { channelId } = event.notification.data ?? {};
  event.waitUntil(
    globalThis.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async ([tab]) => {
      if (!tab) return globalThis.clients.openWindow(`/#/c/${channelId}`);
      await tab.focus();
      return tab.postMessage({ openChannel: channelId });
    }),
  );
});
