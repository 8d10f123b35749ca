// The realtime core as one object: wires the socket to the stores that the views read.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ChannelState, ErrorBody, Limits, Message, PublicUser } from '../generated/types';
import {
  noChannels,
  withAll,
  withChannel,
  withMessage,
  withoutChannel,
  withSeen,
  type ChannelList,
  type Seen,
} from './channel-list';
import { Connection } from './connection';
import { Directory } from './directory';
import { Membership } from './membership';
import { Outbox } from './outbox';
import { OutboxStorage } from './outbox-storage';
import type { ChannelEvent, Reply, ServerEvent } from './protocol';
import { SeenStorage } from './seen-storage';
import { SocketTransport } from './socket-transport';
import { includes } from './timeline';
import { Timelines } from './timelines';
import { TypingSignal } from './typing-signal';
import { Typists } from './typists';

/** Where tokens come from. The core never sees a refresh token. */
export interface Tokens {
  /** A token with some time left; refreshes it when needed. */
  accessToken(): Promise<string>;
  /** The server refused the current token, whatever its expiry says. */
  rejected(): void;
}

export interface ClientOptions {
  readonly userId: number;
  readonly tokens: Tokens;
  readonly fetchUsers: (ids: readonly number[]) => Promise<readonly PublicUser[]>;
}

export class HubbubClient {
  readonly userId: number;
  readonly connection: Connection;
  readonly channels: StoreApi<ChannelList>;
  readonly limits: StoreApi<Limits> = createStore(
    () => ({ messageBytesMax: 16_384, historyPageMax: 100 }) as Limits,
  );
  readonly membership = new Membership();
  readonly timelines: Timelines;
  readonly outbox: Outbox;
  readonly typists = new Typists();
  readonly directory: Directory;
  private readonly transport: SocketTransport;
  private readonly tokens: Tokens;
  private readonly seen: SeenStorage;
  private unwatch: () => void = () => undefined;

  constructor({ userId, tokens, fetchUsers }: ClientOptions) {
    this.userId = userId;
    this.tokens = tokens;
    this.directory = new Directory(fetchUsers);
    this.seen = new SeenStorage(userId);
    this.channels = createStore(() => ({ ...noChannels, seen: this.seen.load() }));
    this.transport = new SocketTransport(() => tokens.accessToken(), {
      closed: (refusal) => this.onClosed(refusal),
      event: (event) => this.onEvent(event),
    });
    this.connection = new Connection(this.transport);
    this.timelines = new Timelines(this.transport.request, ({ channel, members }) => {
      this.addChannel(channel);
      this.directory.learn(members.map((member) => member.user));
    });
    this.outbox = new Outbox(
      userId,
      // Without IndexedDB (some private windows) the outbox lives as long as the page.
      OutboxStorage.open().catch(() => null),
      (body) => this.transport.request('send_message', body),
      (message) => this.onSent(message),
    );
  }

  start(): void {
    this.unwatch = this.seen.watch((seen) => {
      for (const [id, mark] of seen) this.channels.setState((list) => withSeen(list, id, mark), true);
    });
    void this.outbox.restore();
    this.connection.start();
  }

  stop(code: string): void {
    this.unwatch();
    this.outbox.pause();
    this.typists.clear();
    this.connection.stop(code);
  }

  send(channelId: number, content: string): void {
    void this.outbox.enqueue(channelId, content);
  }

  readonly retry = (clientMessageId: string): void => void this.outbox.retry(clientMessageId);

  readonly discard = (clientMessageId: string): void => void this.outbox.discard(clientMessageId);

  async join(channelId: number): Promise<Reply<unknown>> {
    const reply = await this.transport.request('join_channel', { chatChannelId: channelId, historyLimit: 1 });
    if (reply.kind === 'ok') {
      const { channel } = reply.value;
      this.addChannel(channel);
      // What was said before one came is not news.
      this.seeUpTo(channelId, { messageId: channel.lastMessageId ?? 0, seq: channel.lastSeq });
    }
    return reply;
  }

  async leave(channelId: number): Promise<Reply<unknown>> {
    const reply = await this.transport.request('leave_channel', { chatChannelId: channelId });
    if (reply.kind === 'ok') this.removeChannel(channelId);
    return reply;
  }

  addChannel(channel: ChannelState): void {
    this.channels.setState((list) => withChannel(list, channel), true);
  }

  typingSignal(channelId: number): TypingSignal {
    return new TypingSignal((name) => this.transport.signal(name, { chatChannelId: channelId }));
  }

  /** The user saw the newest message of the channel. */
  markSeen(channelId: number): void {
    const view = this.timelines.store.getState().get(channelId);
    const last = view?.kind === 'ready' ? view.timeline.messages.at(-1) : undefined;
    if (last) this.seeUpTo(channelId, { messageId: last.id, seq: last.seq });
  }

  private onClosed(refusal: ErrorBody | null): void {
    this.outbox.pause();
    this.typists.clear();
    if (refusal?.code.startsWith('auth.')) this.tokens.rejected();
    this.connection.lost(refusal);
  }

  private onEvent(event: ServerEvent): void {
    switch (event.event) {
      case 'connected':
        this.onConnected(event.data.channels, event.data.limits);
        break;
      case 'disconnected':
        this.connection.comeBackAfter(event.data.reconnectAfterMs ?? null);
        if (event.data.code.startsWith('auth.')) this.tokens.rejected();
        break;
      case 'error':
        if (event.data.error.code === 'auth.token_expired') void this.renewToken();
        break;
      case 'channel_added':
        this.addChannel(event.data.channel);
        break;
      case 'channel_removed':
        this.removeChannel(event.data.chatChannelId);
        break;
      case 'user_typing':
        this.directory.want([event.data.userId]);
        this.typists.started(event.data.chatChannelId, event.data.userId, event.data.expiresInMs);
        break;
      case 'user_stopped_typing':
        this.typists.stopped(event.data.chatChannelId, event.data.userId);
        break;
      default:
        // Whatever carries an eventSeq is a change of a channel, also when its name is news to this client.
        if (typeof (event as ChannelEvent).data?.eventSeq === 'number') this.onChannelEvent(event);
    }
  }

  private onConnected(channels: readonly ChannelState[], limits: Limits): void {
    this.channels.setState((list) => withAll(list, channels), true);
    this.limits.setState(limits, true);
    const { byId } = this.channels.getState();
    for (const id of this.timelines.store.getState().keys()) if (!byId.has(id)) this.timelines.forget(id);
    this.connection.ready();
    void this.timelines.resume();
    this.outbox.resume();
  }

  private onChannelEvent(event: ChannelEvent): void {
    this.timelines.handle(event);
    if (event.event === 'new_message') {
      const { message, eventSeq } = event.data;
      const before = this.channels.getState();
      this.channels.setState((list) => withMessage(list, message, eventSeq, this.userId), true);
      this.saveSeen(before);
      this.typists.stopped(message.chatChannelId, message.senderId);
      if (message.clientMessageId && message.senderId === this.userId)
        this.outbox.settle(message.clientMessageId);
    } else if (event.event === 'user_joined' || event.event === 'user_left') {
      const { chatChannelId, user } = event.data;
      this.directory.learn([user]);
      this.membership.changed(chatChannelId);
    }
  }

  private onSent(message: Message): boolean {
    this.timelines.confirm(message);
    const view = this.timelines.store.getState().get(message.chatChannelId);
    return view?.kind !== 'ready' || includes(view.timeline, message);
  }

  private removeChannel(channelId: number): void {
    this.channels.setState((list) => withoutChannel(list, channelId), true);
    this.timelines.forget(channelId);
  }

  private async renewToken(): Promise<void> {
    // On failure the server closes the socket and the reconnect asks for a token again.
    const token = await this.tokens.accessToken().catch(() => null);
    if (token !== null) await this.transport.request('refresh_token', { token });
  }

  private seeUpTo(channelId: number, seen: Seen): void {
    const before = this.channels.getState();
    this.channels.setState((list) => withSeen(list, channelId, seen), true);
    this.saveSeen(before);
  }

  private saveSeen(before: ChannelList): void {
    const { seen } = this.channels.getState();
    if (seen !== before.seen) this.seen.save(seen);
  }
}
