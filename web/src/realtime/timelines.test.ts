import { describe, expect, it, vi } from 'vitest';
import type { MemberPosition, Message } from '../generated/types';
import type { ChannelEvent, Reply, Request, RequestName, Requests } from './protocol';
import { Patience } from './patience';
import { aChannel, aMessage, newMessage, someMessages } from './testing';
import { Timelines } from './timelines';

type Place = { before?: number; after?: number; around?: number };

/** A channel as the server keeps it, answering requests from what it has. */
class Channel {
  messages: Message[] = someMessages(1, 60);
  log: ChannelEvent[] = this.messages.map((message, index) => newMessage(index + 1, message));
  retained = Infinity;
  reachable = true;
  /** So many requests are refused as by a server whose database is away. */
  away = 0;
  positions: readonly MemberPosition[] | undefined;
  readonly asked: RequestName[] = [];

  say(): ChannelEvent {
    const message = aMessage(this.messages.length + 1);
    const event = newMessage(this.log.length + 1, message);
    this.messages.push(message);
    this.log.push(event);
    return event;
  }

  readonly request = (async (name: RequestName, body: Requests[RequestName]['body']) => {
    this.asked.push(name);
    if (this.away > 0) {
      this.away--;
      const error = { code: 'server.unavailable', message: '', retryable: true, retryAfterMs: 1 };
      return { kind: 'refused', error } as Reply<never>;
    }
    const reply = this.reachable ? { kind: 'ok', value: this.answer(name, body as never) } : { kind: 'lost' };
    // What happens from here on is not in the answer.
    await Promise.resolve();
    return reply as Reply<never>;
  }) as Request;

  private answer(name: RequestName, body: Place & { channels: Record<string, number> }): unknown {
    const lastEventSeq = this.log.length;
    if (name === 'join_channel') {
      return {
        channel: aChannel({ lastEventSeq, lastSeq: this.messages.length }),
        members: [],
        positions: this.positions,
        messages: this.messages.slice(-50),
      };
    }
    if (name === 'get_history') {
      const at = (id: number): number => this.messages.findIndex((message) => message.id === id);
      const from = body.after ? at(body.after) + 1 : body.around ? Math.max(0, at(body.around) - 25) : null;
      const to = from === null ? (body.before ? at(body.before) : this.messages.length) : from + 50;
      const messages = this.messages.slice(from ?? Math.max(0, to - 50), to);
      return {
        messages,
        hasMoreBefore: (messages[0]?.seq ?? 1) > 1,
        hasMoreAfter: to < this.messages.length,
      };
    }
    const events = this.log.slice(body.channels['1']);
    const recovered = events.length <= this.retained;
    return { channels: { 1: { recovered, events: recovered ? events : [], lastEventSeq } } };
  }
}

async function opened() {
  const channel = new Channel();
  const patience = new Patience(channel.request);
  patience.resume();
  const timelines = new Timelines(channel.request, patience.ask);
  const view = () => {
    const current = timelines.store.getState().get(1);
    if (current?.kind !== 'ready') throw new Error(`view is ${current?.kind}`);
    return current;
  };
  const seqs = (): number[] => view().timeline.messages.map((message) => message.seq);
  timelines.open(1);
  await vi.waitFor(view);
  return { channel, timelines, view, seqs };
}

describe('Timelines', () => {
  it('opens at the newest page and fetches the page before it', async () => {
    const { timelines, seqs, view } = await opened();
    expect([seqs()[0], seqs().at(-1)]).toEqual([11, 60]);
    await timelines.loadOlder(1);
    expect([seqs()[0], view().timeline.hasMoreBefore]).toEqual([1, false]);
  });

  it('keeps events that arrive while the history is on its way', async () => {
    const channel = new Channel();
    const timelines = new Timelines(channel.request, channel.request);
    timelines.open(1);
    const event = channel.say();
    timelines.handle(event);
    timelines.handle(channel.say());
    await vi.waitFor(() => expect(timelines.store.getState().get(1)?.kind).toBe('ready'));
    expect(timelines.store.getState().get(1)).toMatchObject({ timeline: { lastEventSeq: 62, held: [] } });
  });

  it('fills a gap by asking for what is missing, once', async () => {
    const { channel, timelines, seqs } = await opened();
    channel.say();
    channel.say();
    timelines.handle(channel.say());
    timelines.handle(channel.say());
    expect(seqs().at(-1)).toBe(60);
    await vi.waitFor(() => expect(seqs().slice(-4)).toEqual([61, 62, 63, 64]));
    expect(channel.asked.filter((name) => name === 'resume')).toHaveLength(1);
  });

  it('resumes after a reconnect without a gap or a double', async () => {
    const { channel, timelines, seqs, view } = await opened();
    for (let count = 0; count < 30; count++) channel.say();
    const live = channel.say();
    const resumed = timelines.resume();
    timelines.handle(live);
    await resumed;
    expect(seqs()).toEqual(Array.from({ length: 81 }, (_, index) => index + 11));
    expect(view().wasReset).toBe(false);
  });

  it('asks again when the database was away as it resumed, filled a gap or opened', async () => {
    const { channel, timelines, seqs } = await opened();
    vi.useFakeTimers();
    const later = () => vi.advanceTimersByTimeAsync(10_000);
    channel.say();
    channel.away = 2;
    void timelines.resume();
    await later();
    expect(seqs().at(-1)).toBe(61);
    channel.say();
    channel.away = 2;
    timelines.handle(channel.say());
    await later();
    expect(seqs().at(-1)).toBe(63);
    expect(channel.asked.filter((name) => name === 'join_channel')).toHaveLength(1);
    timelines.forget(1);
    channel.away = 2;
    timelines.open(1);
    await later();
    expect(seqs().at(-1)).toBe(63);
    vi.useRealTimers();
  });

  it('asks after a reconnect where the members of a channel are, once and when it is shown', async () => {
    const { channel, timelines } = await opened();
    const joins = () => channel.asked.filter((name) => name === 'join_channel').length;
    await timelines.resume();
    expect(joins()).toBe(1);
    channel.positions = [{ userId: 2, lastReadMessageId: 160, lastDeliveredMessageId: 160 }];
    timelines.forget(1);
    timelines.open(1);
    await vi.waitFor(() => expect(timelines.store.getState().get(1)?.kind).toBe('ready'));
    expect(joins()).toBe(2);
    await timelines.resume();
    timelines.open(1);
    expect(joins()).toBe(3);
  });

  it('fetches what the server says will not come live', async () => {
    const { channel, timelines, seqs } = await opened();
    channel.say();
    await timelines.behind(1, 61);
    await timelines.behind(1, 61);
    await timelines.behind(2, 7);
    expect(seqs().at(-1)).toBe(61);
    expect(channel.asked.filter((name) => name === 'resume')).toHaveLength(1);
  });

  it('reloads the history, and says so, when the server no longer has the events', async () => {
    const { channel, timelines, seqs, view } = await opened();
    channel.retained = 5;
    for (let count = 0; count < 30; count++) channel.say();
    await timelines.resume();
    await vi.waitFor(() => expect(view().wasReset).toBe(true));
    expect([seqs()[0], seqs().at(-1)]).toEqual([41, 90]);
    timelines.dismissReset(1);
    expect(view().wasReset).toBe(false);
  });

  it('loads on the next connect what it could not load before', async () => {
    const channel = new Channel();
    const timelines = new Timelines(channel.request, channel.request);
    channel.reachable = false;
    timelines.open(1);
    await vi.waitFor(() => expect(channel.asked).toEqual(['join_channel']));
    await Promise.resolve();
    channel.reachable = true;
    await timelines.resume();
    await vi.waitFor(() => expect(timelines.store.getState().get(1)?.kind).toBe('ready'));
  });

  it('says when an earlier page could not be fetched, and tries again after a reconnect', async () => {
    const { channel, timelines, view } = await opened();
    channel.reachable = false;
    await timelines.loadOlder(1);
    expect(view().older).toBe('failed');
    channel.reachable = true;
    await timelines.resume();
    expect(view().older).toBe('idle');
  });

  it('opens at the first unread message when it is further up than the newest page', async () => {
    const channel = new Channel();
    for (let count = 0; count < 240; count++) channel.say();
    const timelines = new Timelines(channel.request, channel.request, {
      joined: () => undefined,
      placed: () => undefined,
      readUpTo: () => 120,
      lastSeen: () => null,
    });
    timelines.open(1);
    await vi.waitFor(() => expect(timelines.store.getState().get(1)?.kind).toBe('ready'));
    const view = timelines.store.getState().get(1);
    const messages = view?.kind === 'ready' ? view.timeline.messages : [];
    expect(messages.some((message) => message.id === 121)).toBe(true);
    expect(messages.at(-1)?.seq).toBeLessThan(300);
  });

  it('jumps to a message, reads on from there and comes back to the latest', async () => {
    const { channel, timelines, seqs, view } = await opened();
    for (let count = 0; count < 240; count++) timelines.handle(channel.say());
    await timelines.jumpTo(1, 105);
    expect([seqs()[0], seqs().at(-1), view().target]).toEqual([1, 50, { messageId: 105, kind: 'found' }]);
    timelines.handle(channel.say());
    expect(seqs().at(-1)).toBe(50);
    await timelines.loadNewer(1);
    expect([seqs()[0], seqs().at(-1)]).toEqual([1, 100]);
    await timelines.jumpToLatest(1);
    expect([seqs()[0], seqs().at(-1)]).toEqual([252, 301]);
    timelines.handle(channel.say());
    expect(seqs().at(-1)).toBe(302);
  });

  it('shows of a page what changed while it was on its way', async () => {
    const { channel, timelines, view } = await opened();
    const deleted: ChannelEvent = {
      event: 'message_deleted',
      data: {
        chatChannelId: 1,
        eventSeq: 61,
        messageId: 103,
        messageCreatedAt: '',
        deletedAt: 'now',
        deletedBy: 2,
      },
    };
    channel.log.push(deleted);
    const loaded = timelines.loadOlder(1);
    timelines.handle(deleted);
    await loaded;
    expect(view().timeline.messages[2]).toMatchObject({ id: 103, content: '', deletedAt: 'now' });
  });
});
