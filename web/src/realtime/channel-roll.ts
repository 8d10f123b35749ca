// The channels of the signed-in user as the server tells them: the newest with `connected`, the rest page by page.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ChannelState } from '../generated/types';
import { backoffMs } from './backoff';
import {
  noChannels,
  withAll,
  withChannel,
  withOnly,
  withoutChannel,
  withSome,
  type ChannelList,
} from './channel-list';

export interface ChannelPage {
  readonly channels: readonly ChannelState[];
  readonly nextCursor: string | null;
}

interface RollEvents {
  /** The server's word on these, since the connect. */
  readonly told: (channels: readonly ChannelState[]) => void;
  /** Every channel has been told. */
  readonly complete: () => void;
}

type Change = (list: ChannelList) => ChannelList;

/** While pages are on their way. */
interface Listing {
  /** The channels that the server has told, added or removed since the connect. */
  readonly told: Set<number>;
  /** What happened in the others, which their page may know or not. */
  readonly changes: Map<number, Change[]>;
}

export class ChannelRoll {
  readonly store: StoreApi<ChannelList>;
  private listing: Listing | null = null;

  constructor(
    cached: readonly ChannelState[] | null,
    private readonly fetchPage: (cursor: string) => Promise<ChannelPage>,
    private readonly events: RollEvents,
  ) {
    this.store = createStore(() => (cached ? withAll(noChannels, cached) : noChannels));
  }

  connected(channels: readonly ChannelState[], nextCursor: string | null): void {
    if (nextCursor === null) {
      this.listing = null;
      this.set((list) => withAll(list, channels));
      this.events.told(channels);
      this.events.complete();
      return;
    }
    const listing: Listing = { told: new Set(), changes: new Map() };
    this.listing = listing;
    this.take(listing, channels);
    void this.listRest(listing, nextCursor);
  }

  /** What is not listed yet is listed after the next connect. */
  pause(): void {
    this.listing = null;
  }

  add(channel: ChannelState): void {
    this.listing?.told.add(channel.chatChannelId);
    this.set((list) => withChannel(list, channel));
  }

  remove(channelId: number): void {
    this.listing?.told.add(channelId);
    this.set((list) => withoutChannel(list, channelId));
  }

  /** The state of a channel that one was in when the server read it. */
  refresh(channel: ChannelState): void {
    const id = channel.chatChannelId;
    const known = this.store.getState().byId.get(id);
    const isExpected = this.listing !== null && !this.listing.told.has(id);
    if (known ? known.lastSeq <= channel.lastSeq : isExpected) this.add(channel);
  }

  /** Something happened in a channel. `change` does nothing when the list knows it already. */
  change(channelId: number, change: Change): void {
    this.set(change);
    if (this.listing === null || this.listing.told.has(channelId)) return;
    const changes = this.listing.changes.get(channelId);
    if (changes) changes.push(change);
    else this.listing.changes.set(channelId, [change]);
  }

  private async listRest(listing: Listing, first: string): Promise<void> {
    let cursor: string | null = first;
    for (let attempt = 1; cursor !== null;) {
      const page: ChannelPage | null = await this.fetchPage(cursor).catch(() => null);
      if (page === null) await new Promise((done) => setTimeout(done, backoffMs(attempt++)));
      if (this.listing !== listing) return;
      if (page === null) continue;
      this.take(listing, page.channels);
      cursor = page.nextCursor;
    }
    this.listing = null;
    this.set((list) => withOnly(list, listing.told));
    this.events.complete();
  }

  private take({ told, changes }: Listing, channels: readonly ChannelState[]): void {
    const news = channels.filter((channel) => !told.has(channel.chatChannelId));
    this.set((list) => {
      const since = news.flatMap((channel) => changes.get(channel.chatChannelId) ?? []);
      return since.reduce((now, change) => change(now), withSome(list, news));
    });
    for (const { chatChannelId } of news) told.add(chatChannelId);
    this.events.told(news);
  }

  private set(change: Change): void {
    this.store.setState(change, true);
  }
}
