// Keeps the timelines of the channels that were opened: loads, follows, repairs gaps, resumes after a reconnect.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorBody, Message } from '../generated/types';
import { backoffMs } from './backoff';
import type { ChannelEvent, Request, Requests, Resumed } from './protocol';
import {
  applyEvent,
  confirmSent,
  hasGap,
  keepNewest,
  prependPage,
  timelineFrom,
  type Timeline,
} from './timeline';

const PAGE = 50;
const OPEN_MAX = 20;
const KEPT_WHEN_CLOSED = 100;

export type TimelineView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
  | {
      readonly kind: 'ready';
      readonly timeline: Timeline;
      readonly older: 'idle' | 'loading' | 'failed';
      /** Too much was missed to fetch it: the history was loaded anew. */
      readonly wasReset: boolean;
    };

export type TimelineViews = ReadonlyMap<number, TimelineView>;

export class Timelines {
  readonly store: StoreApi<TimelineViews> = createStore(() => new Map() as TimelineViews);
  /** Events that arrive while a history is on its way. */
  private readonly early = new Map<number, ChannelEvent[]>();
  private readonly repairing = new Set<number>();
  private current: number | null = null;

  constructor(
    private readonly request: Request,
    private readonly onJoined: (reply: Requests['join_channel']['reply']) => void,
  ) {}

  /** Shows a channel. Its timeline then follows the channel until 20 others were opened after it. */
  open(channelId: number): void {
    if (this.current !== null && this.current !== channelId) this.trim(this.current);
    this.current = channelId;
    const view = this.store.getState().get(channelId);
    if (view?.kind === 'ready') this.write(channelId, view);
    else void this.load(channelId, false);
    const surplus = this.store.getState().size - OPEN_MAX;
    for (const id of [...this.store.getState().keys()].slice(0, Math.max(0, surplus))) this.forget(id);
  }

  forget(channelId: number): void {
    const views = new Map(this.store.getState());
    views.delete(channelId);
    this.early.delete(channelId);
    this.store.setState(views, true);
  }

  handle(event: ChannelEvent): void {
    const channelId = event.data.chatChannelId;
    this.early.get(channelId)?.push(event);
    this.change(channelId, (timeline) => applyEvent(timeline, event));
    this.mend(channelId);
  }

  confirm(message: Message): void {
    this.change(message.chatChannelId, (timeline) => confirmSent(timeline, message));
  }

  /** After a reconnect: asks for everything missed since the last event known, per channel. */
  async resume(): Promise<void> {
    const known: Record<string, number> = {};
    for (const [id, view] of this.store.getState()) {
      if (view.kind === 'ready') {
        known[id] = view.timeline.lastEventSeq;
        if (view.older === 'failed') this.write(id, { ...view, older: 'idle' });
      } else void this.load(id, false);
    }
    if (Object.keys(known).length > 0) await this.resumeFrom(known);
  }

  async loadOlder(channelId: number): Promise<void> {
    const view = this.ready(channelId);
    const first = view?.timeline.messages[0];
    if (!view || !first || !view.timeline.hasMoreBefore || view.older === 'loading') return;
    this.write(channelId, { ...view, older: 'loading' });
    const reply = await this.request('get_history', {
      chatChannelId: channelId,
      before: first.id,
      limit: PAGE,
    });
    const now = this.ready(channelId);
    if (!now) return;
    if (reply.kind === 'ok') {
      const { messages, hasMoreBefore } = reply.value;
      this.write(channelId, {
        ...now,
        older: 'idle',
        timeline: prependPage(now.timeline, messages, hasMoreBefore),
      });
    } else {
      this.write(channelId, { ...now, older: 'failed' });
    }
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
    const reply = await this.request('join_channel', { chatChannelId: channelId, historyLimit: PAGE });
    if (this.early.get(channelId) !== events) return;
    this.early.delete(channelId);
    // No answer: the next resume loads it again.
    if (reply.kind === 'lost') return;
    if (reply.kind === 'refused') {
      this.write(channelId, { kind: 'failed', error: reply.error });
      return;
    }
    const { channel, messages } = reply.value;
    const hasMoreBefore = (messages[0]?.seq ?? 1) > 1;
    const base = timelineFrom(messages, hasMoreBefore, channel.lastEventSeq);
    this.write(channelId, {
      kind: 'ready',
      timeline: events.reduce(applyEvent, base),
      older: 'idle',
      wasReset,
    });
    this.onJoined(reply.value);
    this.mend(channelId);
  }

  private mend(channelId: number): void {
    const view = this.ready(channelId);
    if (!view || this.repairing.has(channelId)) return;
    if (view.timeline.torn) void this.load(channelId, false);
    else if (hasGap(view.timeline)) void this.repair(channelId);
  }

  private async repair(channelId: number): Promise<void> {
    this.repairing.add(channelId);
    for (let attempt = 1; attempt <= 4; attempt++) {
      const view = this.ready(channelId);
      if (!view || !hasGap(view.timeline)) break;
      if (!(await this.resumeFrom({ [channelId]: view.timeline.lastEventSeq }))) {
        await new Promise((done) => setTimeout(done, backoffMs(attempt)));
      }
    }
    this.repairing.delete(channelId);
    const view = this.ready(channelId);
    if (view && hasGap(view.timeline)) void this.load(channelId, false);
  }

  private async resumeFrom(known: Record<string, number>): Promise<boolean> {
    const reply = await this.request('resume', { channels: known });
    if (reply.kind !== 'ok') return false;
    for (const [id, resumed] of Object.entries(reply.value.channels)) this.takeUp(Number(id), resumed);
    return true;
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
    this.change(channelId, (timeline) => keepNewest(timeline, KEPT_WHEN_CLOSED));
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
