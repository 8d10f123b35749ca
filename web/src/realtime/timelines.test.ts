import { describe, expect, it, vi } from 'vitest';
import type { Message } from '../generated/types';
import type { ChannelEvent, Reply, Request, RequestName, Requests } from './protocol';
import { aChannel, aMessage, newMessage, someMessages } from './testing';
import { Timelines } from './timelines';

/** A channel as the server keeps it, answering requests from what it has. */
class Channel {
  messages: Message[] = someMessages(1, 60);
  log: ChannelEvent[] = this.messages.map((message, index) => newMessage(index + 1, message));
  retained = Infinity;
  reachable = true;
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
    const reply = this.reachable ? { kind: 'ok', value: this.answer(name, body as never) } : { kind: 'lost' };
    // What happens from here on is not in the answer.
    await Promise.resolve();
    return reply as Reply<never>;
  }) as Request;

  private answer(name: RequestName, body: { before?: number; channels: Record<string, number> }): unknown {
    const lastEventSeq = this.log.length;
    if (name === 'join_channel') {
      return { channel: aChannel({ lastEventSeq }), members: [], messages: this.messages.slice(-50) };
    }
    if (name === 'get_history') {
      const older = this.messages.filter((message) => message.id < (body.before ?? Infinity));
      return { messages: older.slice(-50), hasMoreBefore: older.length > 50, hasMoreAfter: false };
    }
    const events = this.log.slice(body.channels['1']);
    const recovered = events.length <= this.retained;
    return { channels: { 1: { recovered, events: recovered ? events : [], lastEventSeq } } };
  }
}

async function opened() {
  const channel = new Channel();
  const timelines = new Timelines(channel.request, () => undefined);
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
    const timelines = new Timelines(channel.request, () => undefined);
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
    const timelines = new Timelines(channel.request, () => undefined);
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
});
