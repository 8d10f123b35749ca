import type { StoreApi } from 'zustand/vanilla';
import type { ChannelState } from '../generated/types';
import { local } from '../storage/local';
import type { ChannelList } from './channel-list';

const PAUSE_MS = 1_000;

/** The channels as the server last told them, in localStorage: what a page opened without a network shows. */
export class ChannelCache {
  private readonly key: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private unsubscribe: (() => void) | null = null;

  constructor(server: string, userId: number) {
    this.key = `hubbub.channels.${userId}.${server}`;
  }

  load(): readonly ChannelState[] | null {
    try {
      return JSON.parse(local.get(this.key) ?? 'null') as readonly ChannelState[] | null;
    } catch {
      return null;
    }
  }

  start(channels: StoreApi<ChannelList>): void {
    const save = (): void => {
      this.timer = undefined;
      local.set(this.key, JSON.stringify([...channels.getState().byId.values()]));
    };
    // A page that is closed or reloaded within the pause.
    const saveNow = (): void => {
      if (this.timer === undefined) return;
      clearTimeout(this.timer);
      save();
    };
    if (this.unsubscribe) return;
    const unsubscribe = channels.subscribe((list, before) => {
      if (list.byId !== before.byId) this.timer ??= setTimeout(save, PAUSE_MS);
    });
    window.addEventListener('pagehide', saveNow);
    this.unsubscribe = () => {
      unsubscribe();
      window.removeEventListener('pagehide', saveNow);
    };
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
