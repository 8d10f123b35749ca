import { useEffect } from 'react';

/** Unread messages on the tab's icon, and on the app's where it is installed. */
export function useUnreadBadge(unread: number): void {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = unread > 0 ? '/favicon-unread.svg' : '/favicon.svg';
    if ('setAppBadge' in navigator) void navigator.setAppBadge(unread).catch(() => undefined);
  }, [unread]);
}
