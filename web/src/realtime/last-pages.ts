// Keeps the newest page of the channels that are open, so that a page opened without a network shows them.
import type { StoreApi } from 'zustand/vanilla';
import type { Directory } from './directory';
import type { LastPageStorage } from './last-page-storage';
import { hasMoreAfter, keepNewest, timelineFrom, type Timeline } from './timeline';
import type { TimelineViews } from './timelines';

const KEPT = 50;
const PAUSE_MS = 500;

export class LastPages {
  private readonly dirty = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stop: () => void;

  constructor(
    private readonly userId: number,
    /** Null where there is no IndexedDB: then nothing is kept. */
    private readonly storage: Promise<LastPageStorage | null>,
    private readonly timelines: StoreApi<TimelineViews>,
    private readonly directory: Directory,
  ) {
    this.stop = timelines.subscribe((views, before) => {
      for (const [id, view] of views) if (view !== before.get(id)) this.dirty.add(id);
      if (this.dirty.size > 0) this.timer ??= setTimeout(() => void this.save(), PAUSE_MS);
    });
  }

  async load(channelId: number): Promise<Timeline | null> {
    const page = await (await this.storage)?.load(this.userId, channelId).catch(() => undefined);
    if (!page) return null;
    this.directory.learn(page.people);
    return timelineFrom(page.messages, page.hasMoreBefore, 0);
  }

  async forget(channelId: number): Promise<void> {
    this.dirty.delete(channelId);
    await (await this.storage)?.remove(this.userId, channelId);
  }

  /** The user leaves: from now on nothing is kept. */
  async forgetAll(): Promise<void> {
    this.stop();
    this.dirty.clear();
    clearTimeout(this.timer);
    await (await this.storage)?.removeAll(this.userId);
  }

  private async save(): Promise<void> {
    const ids = [...this.dirty];
    this.dirty.clear();
    this.timer = undefined;
    const people = this.directory.store.getState();
    for (const chatChannelId of ids) {
      const view = this.timelines.getState().get(chatChannelId);
      if (view?.kind !== 'ready' || view.isOld || hasMoreAfter(view.timeline)) continue;
      const { messages, hasMoreBefore } = keepNewest(view.timeline, KEPT);
      const writers = new Set(messages.map((message) => message.senderId));
      const known = [...writers].flatMap((id) => people.get(id) ?? []);
      const page = { userId: this.userId, chatChannelId, messages, hasMoreBefore, people: known };
      // A full disk must not keep anybody from reading.
      await (await this.storage)?.put(page).catch(() => undefined);
    }
  }
}
