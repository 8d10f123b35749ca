import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErrorBody, Message } from '../generated/types';
import { Database, type OwnStore } from '../storage/database';
import { Outbox, type StoredEntry } from './outbox';
import type { Reply, Requests } from './protocol';
import { aMessage } from './testing';

type SendReply = Reply<Requests['send_message']['reply']>;

const lost: SendReply = { kind: 'lost' };
const refused = (error: Partial<ErrorBody>): SendReply => ({
  kind: 'refused',
  error: { code: 'role.forbidden', message: '', retryable: false, ...error },
});

let user = 0;

/** A server that keeps one message per clientMessageId, and loses or refuses what `faults` says first. */
function aServer(...faults: SendReply[]) {
  const stored: Message[] = [];
  let attempts = 0;
  const send = async (body: Requests['send_message']['body']): Promise<SendReply> => {
    attempts++;
    await Promise.resolve();
    const fault = faults.shift();
    if (fault?.kind === 'refused') return fault;
    let message = stored.find((other) => other.clientMessageId === body.clientMessageId);
    const deduplicated = message !== undefined;
    message ??= aMessage(stored.length + 1, { ...body, senderId: user });
    if (!deduplicated) stored.push(message);
    // Lost on the way back: stored all the same.
    return fault ?? { kind: 'ok', value: { message, deduplicated } };
  };
  return { send, texts: () => stored.map((message) => message.content), attempts: () => attempts };
}

const aStore = (): OwnStore<StoredEntry> => new Database().store('outbox', `https://a.example|${user}`);

const opened = (send: ReturnType<typeof aServer>['send'], shown = true): Outbox =>
  new Outbox(user, aStore(), send, () => shown);

beforeEach(() => {
  user++;
});

describe('Outbox', () => {
  it('sends in order and forgets what was acknowledged', async () => {
    const server = aServer();
    const outbox = opened(server.send);
    outbox.resume();
    await Promise.all(['one', 'two', 'three'].map((text) => outbox.enqueue(1, text)));
    await vi.waitFor(() => expect(outbox.store.getState()).toEqual([]));
    expect(server.texts()).toEqual(['one', 'two', 'three']);
    await vi.waitFor(async () => expect(await aStore().all()).toEqual([]));
  });

  it('waits while offline and survives a reload', async () => {
    const server = aServer();
    await opened(server.send).enqueue(1, 'kept');
    expect(server.attempts()).toBe(0);

    const reloaded = opened(server.send);
    await reloaded.restore();
    expect(reloaded.store.getState()).toMatchObject([{ content: 'kept', error: null }]);
    reloaded.resume();
    await vi.waitFor(() => expect(reloaded.store.getState()).toEqual([]));
    expect(server.texts()).toEqual(['kept']);
  });

  it('stores once what was sent twice because the answer was lost', async () => {
    const server = aServer(lost, lost);
    const outbox = opened(server.send);
    outbox.resume();
    await outbox.enqueue(1, 'once');
    await vi.waitFor(() => expect(outbox.store.getState()).toEqual([]), { timeout: 4_000 });
    expect(server.attempts()).toBe(3);
    expect(server.texts()).toEqual(['once']);
  });

  it('keeps what was refused for good, sends the next, and retries on request under the same id', async () => {
    const server = aServer(refused({}));
    const outbox = opened(server.send);
    outbox.resume();
    await outbox.enqueue(1, 'refused');
    await outbox.enqueue(1, 'next');
    await vi.waitFor(() => expect(server.texts()).toEqual(['next']));
    const [failed] = outbox.store.getState();
    expect(failed).toMatchObject({ content: 'refused', error: { code: 'role.forbidden' } });

    const reloaded = opened(server.send);
    await vi.waitFor(async () => {
      await reloaded.restore();
      expect(reloaded.store.getState()).toMatchObject([{ error: { code: 'role.forbidden' } }]);
    });
    reloaded.resume();
    await reloaded.retry(failed?.clientMessageId ?? '');
    await vi.waitFor(() => expect(server.texts()).toEqual(['next', 'refused']));
  });

  it('tries again by itself when the server says so', async () => {
    const server = aServer(refused({ code: 'server.unavailable', retryable: true, retryAfterMs: 5 }));
    const outbox = opened(server.send);
    outbox.resume();
    await outbox.enqueue(1, 'patient');
    await vi.waitFor(() => expect(server.texts()).toEqual(['patient']), { timeout: 4_000 });
  });

  it('outlasts a database that is away for half a minute, and gives up in the end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const away = refused({ code: 'server.unavailable', retryable: true, retryAfterMs: 1_000 });
    const server = aServer(...Array.from({ length: 8 }, () => away));
    const outbox = opened(server.send);
    outbox.resume();
    await outbox.enqueue(1, 'too much');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(outbox.store.getState()).toMatchObject([{ error: null }]);
    await vi.advanceTimersByTimeAsync(120_000);
    vi.useRealTimers();
    await vi.waitFor(() =>
      expect(outbox.store.getState()).toMatchObject([{ error: { code: 'server.unavailable' } }]),
    );
    expect(server.attempts()).toBe(8);
  });

  it('discards on request, for good', async () => {
    const server = aServer();
    const outbox = opened(server.send);
    await outbox.enqueue(1, 'never mind');
    await outbox.discard(outbox.store.getState()[0]?.clientMessageId ?? '');
    outbox.resume();
    const reloaded = opened(server.send);
    await reloaded.restore();
    expect([outbox.store.getState(), reloaded.store.getState(), server.texts()]).toEqual([[], [], []]);
  });

  it('shows an acknowledged message as sent until the timeline has it', async () => {
    const server = aServer();
    const outbox = opened(server.send, false);
    outbox.resume();
    await outbox.enqueue(1, 'early');
    await vi.waitFor(() => expect(outbox.store.getState()[0]?.sent?.content).toBe('early'));
    outbox.settle(outbox.store.getState()[0]?.clientMessageId ?? '');
    expect(outbox.store.getState()).toEqual([]);
  });

  it('does not send by itself what the server may no longer recognise', async () => {
    const createdAt = Date.now() - 7 * 24 * 3_600_000;
    const entry = {
      clientMessageId: `old-${user}`,
      userId: user,
      chatChannelId: 1,
      content: 'old',
      createdAt,
      error: null,
      parentMessageId: null,
    };
    await aStore().put(entry.clientMessageId, entry);
    const server = aServer();
    const outbox = opened(server.send);
    outbox.resume();
    await outbox.restore();
    expect(outbox.store.getState()).toMatchObject([{ error: { code: 'client.too_old' } }]);
    expect(server.attempts()).toBe(0);
  });

  it('sends and forgets though the storage of the browser hangs', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => Object.assign(Object.create(IDBOpenDBRequest.prototype), { addEventListener() {} }),
    });
    const server = aServer();
    const outbox = opened(server.send);
    outbox.resume();
    void outbox.restore();
    for (const text of ['one', 'two', 'three']) void outbox.enqueue(1, text);
    await vi.waitFor(() => expect(server.texts()).toEqual(['one', 'two', 'three']), { timeout: 5_000 });
    await vi.waitFor(() => expect(outbox.store.getState()).toEqual([]));
    vi.unstubAllGlobals();
  }, 10_000);
});
