// Keeps the timelines of the channels that were opened: loads, follows, repairs gaps, resumes after a reconnect.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorBody, History, MemberPosition, Message } from '../generated/types';
import type { ChannelEvent, HistoryPlace, Reply, Request, Requests, Resumed } from './protocol';
import { editedMessages, indexOfId, type MessageChange } from './message-changes';
import {
  appendPage,
  applyEvent,
  confirmChange,
  confirmSent,
  hasGap,
  hasMoreAfter,
  keepNewest,
  movedTo,
  prependPage,
  timelineFrom,
  type Timeline,
} from './timeline';

const PAGE = 50;
const OPEN_MAX = 20;
const KEPT_WHEN_CLOSED = 100;
const REPAIRS_MAX = 4;

export type PageStatus = 'idle' | 'loading' | 'failed';

export interface Target {
  readonly messageId: number;
  /** `found`: a place the reader asked for, which is lit up. `unread`: where the reader goes on. */
  readonly kind: 'found' | 'unread' | 'latest';
}

export type TimelineView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
  | {
      readonly kind: 'ready';
      readonly timeline: Timeline;
      readonly older: PageStatus;
      readonly newer: PageStatus;
      /** Where the list is to go, and a new value each time it is asked for. */
      readonly target: Target | null;
      /** Too much was missed to fetch it: the history was loaded anew. */
      readonly wasReset: boolean;
      /** As it was when this browser last saw it: to be loaded as soon as there is a connection. */
      readonly isOld: boolean;
    };

export type TimelineViews = ReadonlyMap<number, TimelineView>;

export interface TimelineSurroundings {
  readonly joined: (reply: Requests['join_channel']['reply']) => void;
  /** Where the members are, as the server told on joining or after a reconnect. */
  readonly placed: (channelId: number, positions: readonly MemberPosition[]) => void;
  /** The last message read, when something is unread. */
  readonly readUpTo: (channelId: number) => number | null;
  /** What this browser last saw of a channel, when that is all one can get. */
  readonly lastSeen: (channelId: number) => Promise<Timeline | null> | null;
}

const alone: TimelineSurroundings = {
  joined: () => undefined,
  placed: () => undefined,
  readUpTo: () => null,
  lastSeen: () => null,
};

export class Timelines {
  readonly store: StoreApi<TimelineViews> = createStore(() => new Map() as TimelineViews);
  /** Events that arrive while a history is on its way. */
  private readonly early = new Map<number, ChannelEvent[]>();
  /** The same, for each page that is being fetched. */
  private readonly meanwhile = new Set<ChannelEvent[]>();
  private readonly repairing = new Set<number>();
  /** Channels that told where their members are; false: before the last reconnect. */
  private readonly placed = new Map<number, boolean>();
  private current: number | null = null;

  constructor(
    private readonly request: Request,
    /** Asks until there is an answer or the connection ends: for what nobody would ask for again. */
    private readonly patient: Request,
    private readonly around: TimelineSurroundings = alone,
  ) {}

  /** Shows a channel, from where the user has read. Its timeline then follows it until 20 others were opened after it. */
  open(channelId: number): void {
    if (this.current !== null && this.current !== channelId) this.trim(this.current);
    this.current = channelId;
    const view = this.store.getState().get(channelId);
    if (view?.kind === 'ready') {
      this.write(channelId, view);
      void this.placeMembers(channelId);
    } else void this.load(channelId, false);
    const surplus = this.store.getState().size - OPEN_MAX;
    for (const id of [...this.store.getState().keys()].slice(0, Math.max(0, surplus))) this.forget(id);
  }

  forget(channelId: number): void {
    const views = new Map(this.store.getState());
    views.delete(channelId);
    this.early.delete(channelId);
    this.placed.delete(channelId);
    this.store.setState(views, true);
  }

  handle(event: ChannelEvent): void {
    const channelId = event.data.chatChannelId;
    this.early.get(channelId)?.push(event);
    for (const events of this.meanwhile) events.push(event);
    this.change(channelId, (timeline) => applyEvent(timeline, event));
    this.mend(channelId);
  }

  confirm(message: Message): void {
    this.change(message.chatChannelId, (timeline) => confirmSent(timeline, message));
  }

  confirmChange(channelId: number, change: MessageChange): void {
    this.change(channelId, (timeline) => confirmChange(timeline, change));
  }

  /** After a reconnect: asks for everything missed since the last event known, per channel. */
  async resume(): Promise<void> {
    const known: Record<string, number> = {};
    for (const [id, view] of this.store.getState()) {
      if (view.kind === 'ready' && !view.isOld) {
        known[id] = view.timeline.lastEventSeq;
        if (view.older === 'failed' || view.newer === 'failed')
          this.write(id, { ...view, older: 'idle', newer: 'idle' });
      } else void this.load(id, false);
    }
    for (const id of this.placed.keys()) this.placed.set(id, false);
    if (this.current !== null) void this.placeMembers(this.current);
    if (Object.keys(known).length > 0) await this.resumeFrom(known);
  }

  /** The events up to this one will not come live. */
  async behind(channelId: number, lastEventSeq: number): Promise<void> {
    const known = this.ready(channelId)?.timeline.lastEventSeq ?? lastEventSeq;
    if (known < lastEventSeq) await this.resumeFrom({ [channelId]: known });
  }

  /** What is still on its way will not come now. */
  connectionLost(): void {
    for (const [id, view] of this.store.getState())
      if (view.kind === 'loading' && !this.early.has(id)) void this.showLastSeen(id);
  }

  async loadOlder(channelId: number): Promise<void> {
    const view = this.ready(channelId);
    const first = view?.timeline.messages[0];
    if (!view || !first || !view.timeline.hasMoreBefore || view.older === 'loading') return;
    this.write(channelId, { ...view, older: 'loading' });
    const reply = await this.fetch(channelId, { before: first.id });
    const now = this.ready(channelId);
    if (!now) return;
    if (reply.kind !== 'ok') return this.write(channelId, { ...now, older: 'failed' });
    const { messages, hasMoreBefore } = reply.value;
    this.write(channelId, {
      ...now,
      older: 'idle',
      timeline: prependPage(now.timeline, messages, hasMoreBefore),
    });
  }

  async loadNewer(channelId: number): Promise<void> {
    const view = this.ready(channelId);
    const last = view?.timeline.messages.at(-1);
    if (!view || !last || !hasMoreAfter(view.timeline) || view.newer === 'loading') return;
    this.write(channelId, { ...view, newer: 'loading' });
    const reply = await this.fetch(channelId, { after: last.id });
    const now = this.ready(channelId);
    if (!now) return;
    if (reply.kind !== 'ok') return this.write(channelId, { ...now, newer: 'failed' });
    this.write(channelId, {
      ...now,
      newer: 'idle',
      timeline: appendPage(now.timeline, reply.value.messages),
    });
  }

  /** Goes to a message, wherever in the history it is. */
  async jumpTo(channelId: number, messageId: number): Promise<Reply<unknown>> {
    const view = this.ready(channelId);
    if (!view) return { kind: 'lost' };
    const target: Target = { messageId, kind: 'found' };
    if (indexOfId(view.timeline.messages, messageId) >= 0) {
      this.write(channelId, { ...view, target });
      return { kind: 'ok', value: null };
    }
    return this.move(channelId, { around: messageId }, target);
  }

  async jumpToLatest(channelId: number): Promise<void> {
    const view = this.ready(channelId);
    if (!view) return;
    const target: Target = { messageId: 0, kind: 'latest' };
    if (hasMoreAfter(view.timeline)) await this.move(channelId, {}, target);
    else this.write(channelId, { ...view, target });
  }

  dismissReset(channelId: number): void {
    const view = this.ready(channelId);
    if (view) this.write(channelId, { ...view, wasReset: false });
  }

  private async load(channelId: number, wasReset: boolean): Promise<void> {
    if (this.early.has(channelId)) return;
    const events: ChannelEvent[] = [];
    this.early.set(channelId, events);
    this.write(channelId, { kind: 'loading' });
    const reply = await this.patient('join_channel', { chatChannelId: channelId, historyLimit: PAGE });
    // More may be unread than the newest page holds.
    const readUpTo = this.around.readUpTo(channelId);
    const unread =
      reply.kind === 'ok' && readUpTo !== null && (reply.value.messages[0]?.id ?? 0) > readUpTo
        ? await this.patient('get_history', { chatChannelId: channelId, around: readUpTo, limit: PAGE })
        : null;
    if (this.early.get(channelId) !== events) return;
    this.early.delete(channelId);
    // No answer: the next resume loads it again.
    if (reply.kind === 'lost') return this.showLastSeen(channelId);
    if (reply.kind === 'refused') {
      this.write(channelId, { kind: 'failed', error: reply.error });
      return;
    }
    const { channel } = reply.value;
    const page = unread?.kind === 'ok' ? unread.value : reply.value;
    const hasMoreBefore = (page.messages[0]?.seq ?? 1) > 1;
    const headSeq = Math.max(channel.lastSeq, page.messages.at(-1)?.seq ?? 0);
    const base = timelineFrom(page.messages, hasMoreBefore, channel.lastEventSeq, headSeq);
    this.write(channelId, {
      kind: 'ready',
      timeline: events.reduce(applyEvent, base),
      older: 'idle',
      newer: 'idle',
      target: null,
      wasReset,
      isOld: false,
    });
    this.around.joined(reply.value);
    this.place(reply.value);
    this.mend(channelId);
  }

  private place({ channel, positions }: Requests['join_channel']['reply']): void {
    if (!positions) return;
    this.placed.set(channel.chatChannelId, true);
    this.around.placed(channel.chatChannelId, positions);
  }

  /** Marks are no events: a resume does not bring those that moved meanwhile. */
  private async placeMembers(channelId: number): Promise<void> {
    if (this.placed.get(channelId) !== false) return;
    this.placed.set(channelId, true);
    const reply = await this.patient('join_channel', { chatChannelId: channelId, historyLimit: 0 });
    if (reply.kind === 'ok') this.place(reply.value);
  }

  private async showLastSeen(channelId: number): Promise<void> {
    const timeline = await this.around.lastSeen(channelId);
    const stillWaiting =
      this.store.getState().get(channelId)?.kind === 'loading' && !this.early.has(channelId);
    if (!timeline || !stillWaiting) return;
    this.write(channelId, {
      kind: 'ready',
      timeline,
      older: 'idle',
      newer: 'idle',
      target: null,
      wasReset: false,
      isOld: true,
    });
  }

  /** One page. What changed on the way is in it, whichever came first. */
  private async fetch(channelId: number, place: HistoryPlace): Promise<Reply<History>> {
    const events: ChannelEvent[] = [];
    this.meanwhile.add(events);
    const reply = await this.request('get_history', { chatChannelId: channelId, ...place, limit: PAGE });
    this.meanwhile.delete(events);
    if (reply.kind !== 'ok') return reply;
    const messages = events.reduce<readonly Message[]>(editedMessages, reply.value.messages);
    return { kind: 'ok', value: { ...reply.value, messages } };
  }

  private async move(channelId: number, place: HistoryPlace, target: Target): Promise<Reply<unknown>> {
    const reply = await this.fetch(channelId, place);
    const now = this.ready(channelId);
    if (reply.kind !== 'ok' || !now) return reply;
    const { messages, hasMoreBefore } = reply.value;
    const timeline = movedTo(now.timeline, messages, hasMoreBefore);
    this.write(channelId, { ...now, timeline, target, older: 'idle', newer: 'idle' });
    return reply;
  }

  private mend(channelId: number): void {
    const view = this.ready(channelId);
    if (!view || this.repairing.has(channelId)) return;
    if (view.timeline.torn) void this.load(channelId, false);
    else if (hasGap(view.timeline)) void this.repair(channelId);
  }

  private async repair(channelId: number): Promise<void> {
    this.repairing.add(channelId);
    let connected = true;
    for (let attempt = 1; connected && attempt <= REPAIRS_MAX; attempt++) {
      const view = this.ready(channelId);
      if (!view || !hasGap(view.timeline)) break;
      connected = await this.resumeFrom({ [channelId]: view.timeline.lastEventSeq });
    }
    this.repairing.delete(channelId);
    const view = this.ready(channelId);
    // Otherwise the next connect resumes it.
    if (connected && view && hasGap(view.timeline)) void this.load(channelId, false);
  }

  /** False when the connection ended. */
  private async resumeFrom(known: Record<string, number>): Promise<boolean> {
    const reply = await this.patient('resume', { channels: known });
    if (reply.kind === 'refused') for (const id of Object.keys(known)) void this.load(Number(id), true);
    if (reply.kind === 'ok')
      for (const [id, resumed] of Object.entries(reply.value.channels)) this.takeUp(Number(id), resumed);
    return reply.kind !== 'lost';
  }

  private takeUp(channelId: number, resumed: Resumed): void {
    if (!resumed.recovered) {
      void this.load(channelId, true);
      return;
    }
    this.change(channelId, (timeline) => resumed.events.reduce(applyEvent, timeline));
    this.mend(channelId);
  }

  private trim(channelId: number): void {
    const view = this.ready(channelId);
    if (view && hasMoreAfter(view.timeline)) this.forget(channelId);
    else if (view)
      this.write(channelId, { ...view, target: null, timeline: keepNewest(view.timeline, KEPT_WHEN_CLOSED) });
  }

  private ready(channelId: number): (TimelineView & { kind: 'ready' }) | undefined {
    const view = this.store.getState().get(channelId);
    return view?.kind === 'ready' ? view : undefined;
  }

  private change(channelId: number, edit: (timeline: Timeline) => Timeline): void {
    const view = this.ready(channelId);
    if (!view) return;
    const timeline = edit(view.timeline);
    if (timeline === view.timeline) return;
    this.store.setState(new Map(this.store.getState()).set(channelId, { ...view, timeline }), true);
  }

  /** Also moves the channel to the end of the order in which timelines are forgotten. */
  private write(channelId: number, view: TimelineView): void {
    const views = new Map(this.store.getState());
    views.delete(channelId);
    this.store.setState(views.set(channelId, view), true);
  }
}
