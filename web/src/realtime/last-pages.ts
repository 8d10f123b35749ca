// Keeps the newest page of the channels that are open, so that a page opened without a network shows them.
import type { StoreApi } from 'zustand/vanilla';
import type { Message, PublicUser } from '../generated/types';
import type { OwnStore } from '../storage/database';
import type { Directory } from './directory';
import { hasMoreAfter, keepNewest, timelineFrom, type Timeline } from './timeline';
import type { TimelineViews } from './timelines';

const KEPT = 50;
const PAUSE_MS = 500;

/** The newest messages of a channel as this browser last saw them, with the names of who wrote them. */
export interface LastPage {
  readonly messages: readonly Message[];
  readonly hasMoreBefore: boolean;
  readonly people: readonly PublicUser[];
}

export class LastPages {
  private readonly dirty = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private unsubscribe: (() => void) | null = null;

  constructor(
    private readonly storage: OwnStore<LastPage>,
    private readonly timelines: StoreApi<TimelineViews>,
    private readonly directory: Directory,
  ) {}

  start(): void {
    this.unsubscribe ??= this.timelines.subscribe((views, before) => {
      for (const [id, view] of views) if (view !== before.get(id)) this.dirty.add(id);
      if (this.dirty.size > 0) this.timer ??= setTimeout(() => void this.save(), PAUSE_MS);
    });
  }

  /** From now on nothing is kept: whoever signs out here or in another tab forgets what there is. */
  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.dirty.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  async load(channelId: number): Promise<Timeline | null> {
    const page = await this.storage.get(channelId);
    if (!page) return null;
    this.directory.learn(page.people);
    return timelineFrom(page.messages, page.hasMoreBefore, 0);
  }

  forget(channelId: number): Promise<void> {
    this.dirty.delete(channelId);
    return this.storage.remove(channelId);
  }

  private async save(): Promise<void> {
    const ids = [...this.dirty];
    this.dirty.clear();
    this.timer = undefined;
    const people = this.directory.store.getState();
    for (const id of ids) {
      if (!this.unsubscribe) return;
      const view = this.timelines.getState().get(id);
      if (view?.kind !== 'ready' || view.isOld || hasMoreAfter(view.timeline)) continue;
      const { messages, hasMoreBefore } = keepNewest(view.timeline, KEPT);
      const writers = new Set(messages.map((message) => message.senderId));
      const known = [...writers].flatMap((writer) => people.get(writer) ?? []);
      await this.storage.put(id, { messages, hasMoreBefore, people: known });
    }
  }
}
