// The realtime core as one object: wires the socket to the stores that the views read.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  ChannelState,
  ConnectedEvent,
  ErrorBody,
  Limits,
  Message,
  MessagesReadEvent,
} from '../generated/types';
import {
  mentions,
  withDetails,
  withMention,
  withMessage,
  withRead,
  withRole,
  withSeen,
  type ChannelList,
  type Seen,
  readUpTo,
  unreadFrom,
} from './channel-list';
import { Changes, type Wish } from './changes';
import type { ClientOptions, Tokens } from './client-options';
import { ChannelCache } from './channel-cache';
import { ChannelRoll } from './channel-roll';
import { Connection } from './connection';
import { isAway } from './connection-machine';
import { Directory } from './directory';
import { Invitations } from './invitations';
import { LastPages, type LastPage } from './last-pages';
import { Membership } from './membership';
import { Outbox } from './outbox';
import type { ChannelEvent, Reply, ServerEvent } from './protocol';
import { PresenceStore } from './presence';
import { MarkSender, Receipts } from './receipts';
import { Patience } from './patience';
import { SocketTransport } from './socket-transport';
import { hasMoreAfter, includes } from './timeline';
import { Threads } from './threads';
import { Timelines } from './timelines';
import { TypingSignal } from './typing-signal';
import { Typists } from './typists';
import { Database, ownerOf, serverOf } from '../storage/database';

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
  readonly threads: Threads;
  readonly changes: Changes;
  readonly receipts = new Receipts();
  readonly presence: PresenceStore;
  readonly typists = new Typists();
  readonly directory: Directory;
  readonly invitations: Invitations;
  private readonly roll: ChannelRoll;
  private readonly transport: SocketTransport;
  private readonly patience: Patience;
  private readonly tokens: Tokens;
  private readonly marks: MarkSender;
  private readonly channelCache: ChannelCache | null;
  private readonly lastPages: LastPages | null;
  private readonly fetchReceipts: ClientOptions['fetchReceipts'];
  private readonly listeners = new Set<(message: Message) => unknown>();

  constructor({
    url,
    keepsLastSeen = false,
    userId,
    tokens,
    fetchUsers,
    fetchChannels,
    fetchInvitations,
    fetchReceipts,
    threadPages,
    onRefused,
  }: ClientOptions) {
    this.userId = userId;
    this.tokens = tokens;
    this.fetchReceipts = fetchReceipts;
    this.directory = new Directory(fetchUsers);
    this.invitations = new Invitations(fetchInvitations);
    const database = new Database();
    const server = serverOf(url);
    const owner = ownerOf(server, userId);
    this.channelCache = keepsLastSeen ? new ChannelCache(server, userId) : null;
    this.roll = new ChannelRoll(this.channelCache?.load() ?? null, fetchChannels, {
      told: (channels) => this.acknowledge(channels),
      complete: () => this.forgetOthers(),
    });
    this.channels = this.roll.store;
    this.transport = new SocketTransport(url, () => tokens.accessToken(), {
      closed: (refusal) => this.onClosed(refusal),
      event: (event) => this.onEvent(event),
    });
    this.connection = new Connection(this.transport);
    this.patience = new Patience(this.transport.request);
    this.timelines = new Timelines(this.transport.request, this.patience.ask, {
      joined: ({ channel, members }) => {
        this.addChannel(channel);
        this.directory.learn(members.map((member) => member.user));
      },
      placed: (channelId, positions) => this.receipts.placed(channelId, positions),
      readUpTo: (channelId) => unreadFrom(this.channels.getState(), channelId),
      lastSeen: (id) =>
        isAway(this.connection.status.getState()) ? (this.lastPages?.load(id) ?? null) : null,
    });
    const pages = keepsLastSeen ? database.store<LastPage>('pages', owner) : null;
    this.lastPages = pages && new LastPages(pages, this.timelines.store, this.directory);
    this.presence = new PresenceStore(userId, this.transport.request, this.patience.ask);
    this.threads = new Threads(threadPages);
    this.changes = new Changes(this.patience.ask, database.store('wishes', owner), {
      done: (channelId, change) => {
        this.timelines.confirmChange(channelId, change);
        this.threads.handle(channelId, change);
      },
      refused: onRefused,
    });
    this.marks = new MarkSender(this.patience.ask, (channelId, messageId, unread) =>
      this.roll.change(channelId, (list) => withRead(list, channelId, messageId, unread)),
    );
    this.outbox = new Outbox(
      userId,
      database.store('outbox', owner),
      (body) => this.transport.request('send_message', body),
      (message) => this.onSent(message),
    );
  }

  start(): void {
    this.channelCache?.start(this.channels);
    this.lastPages?.start();
    void this.outbox.restore();
    void this.changes.restore();
    this.connection.start();
  }

  stop(code: string): void {
    this.pause();
    this.channelCache?.stop();
    this.lastPages?.stop();
    this.connection.stop(code);
  }

  /** Shows a channel, from where the user has read. */
  open(channelId: number): void {
    this.timelines.open(channelId);
  }

  send(channelId: number, content: string, parentMessageId: number | null = null): void {
    void this.outbox.enqueue(channelId, content, parentMessageId);
    const view = this.timelines.store.getState().get(channelId);
    // Whoever writes in the channel wants to see it there, also from far up in its history.
    if (parentMessageId === null && view?.kind === 'ready' && hasMoreAfter(view.timeline))
      void this.timelines.jumpToLatest(channelId);
  }

  /** Calls back for each message that comes live. Returns the way to stop. */
  onMessage(listener: (message: Message) => unknown): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  readonly wish = (wish: Wish): void => this.changes.wish(wish);
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
    this.roll.add(channel);
    this.invitations.entered(channel.chatChannelId);
  }

  typingSignal(channelId: number): TypingSignal {
    return new TypingSignal((name) => this.transport.signal(name, { chatChannelId: channelId }));
  }

  /** The last message of the user that can be changed, in the channel or in the thread that is open. */
  lastOwn(channelId: number, threadId: number | null = null): number | null {
    const view = this.timelines.store.getState().get(channelId);
    const thread = this.threads.store.getState();
    const shown = view?.kind === 'ready' ? view.timeline.messages : [];
    const messages = threadId === null ? shown : thread.kind === 'ready' ? thread.replies : [];
    const mine = messages.findLast((one) => one.senderId === this.userId && one.deletedAt === null);
    return mine?.id ?? null;
  }

  /** How far the members had come with a message before this page was open. */
  async loadReceipts(channelId: number, messageId: number): Promise<void> {
    const receipts = await this.fetchReceipts(channelId, messageId).catch(() => []);
    this.directory.learn(receipts.map(({ user }) => user));
    for (const { user, read } of receipts)
      this.receipts.moved(read ? 'read' : 'delivered', channelId, user.id, messageId);
  }

  /** The user saw the channel up to this message. */
  markSeen(channelId: number, seen: Seen): void {
    if (seen.messageId <= readUpTo(this.channels.getState(), channelId)) return;
    this.seeUpTo(channelId, seen);
    this.marks.mark('read', channelId, seen.messageId);
  }

  /** The user needs not see the rest. */
  markAllSeen(channelId: number): void {
    const channel = this.channels.getState().byId.get(channelId);
    if (channel?.lastMessageId)
      this.markSeen(channelId, { messageId: channel.lastMessageId, seq: channel.lastSeq });
  }

  private pause(): void {
    this.outbox.pause();
    this.patience.pause();
    this.roll.pause();
    this.invitations.pause();
    this.typists.clear();
  }

  private onClosed(refusal: ErrorBody | null): void {
    this.pause();
    if (refusal?.code.startsWith('auth.')) this.tokens.rejected();
    this.connection.lost(refusal);
    this.timelines.connectionLost();
  }

  private onEvent(event: ServerEvent): void {
    switch (event.event) {
      case 'connected':
        this.onConnected(event.data);
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
      case 'channel_behind':
        void this.catchUp(event.data.chatChannelId, event.data.lastEventSeq);
        break;
      case 'channel_updated': {
        const { channel } = event.data;
        this.roll.change(channel.chatChannelId, (list) => withDetails(list, channel));
        this.membership.changed(channel.chatChannelId);
        break;
      }
      case 'member_updated': {
        const { chatChannelId, member } = event.data;
        if (member.user.id === this.userId)
          this.roll.change(chatChannelId, (list) => withRole(list, chatChannelId, member.role));
        this.membership.changed(chatChannelId);
        break;
      }
      case 'messages_read':
        this.onMessagesRead(event.data);
        break;
      case 'messages_delivered': {
        const { chatChannelId, userId, lastDeliveredMessageId } = event.data;
        this.receipts.moved('delivered', chatChannelId, userId, lastDeliveredMessageId);
        break;
      }
      case 'invitation_added':
      case 'invitation_removed':
        this.invitations.handle(event);
        break;
      case 'presence_update':
      case 'user_online':
      case 'user_offline':
        this.presence.handle(event);
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

  private onConnected({ channels, nextCursor, limits }: ConnectedEvent): void {
    this.roll.connected(channels, nextCursor);
    this.limits.setState(limits, true);
    this.connection.ready();
    void this.invitations.connected();
    this.patience.resume();
    void this.timelines.resume();
    this.outbox.resume();
    this.threads.resume();
    void this.changes.resume();
    this.marks.resume();
    this.presence.resume();
  }

  private acknowledge(channels: readonly ChannelState[]): void {
    for (const { chatChannelId, lastMessageId, unreadCount } of channels)
      if (unreadCount > 0 && lastMessageId !== null)
        this.marks.mark('delivered', chatChannelId, lastMessageId);
  }

  private forgetOthers(): void {
    const { byId } = this.channels.getState();
    for (const id of this.timelines.store.getState().keys()) if (!byId.has(id)) this.timelines.forget(id);
  }

  private onChannelEvent(event: ChannelEvent): void {
    this.timelines.handle(event);
    this.threads.handle(event.data.chatChannelId, event);
    if (event.event === 'new_message') {
      const { message, eventSeq } = event.data;
      this.roll.change(message.chatChannelId, (list) => this.withCounted(list, message, eventSeq));
      if (message.senderId !== this.userId) this.marks.mark('delivered', message.chatChannelId, message.id);
      // Who writes has read what stands above.
      this.receipts.moved('read', message.chatChannelId, message.senderId, message.id);
      this.typists.stopped(message.chatChannelId, message.senderId);
      for (const listener of this.listeners) listener(message);
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

  /** Not only the timeline has missed something: the list counts what is unread. */
  private async catchUp(chatChannelId: number, lastEventSeq: number): Promise<void> {
    void this.timelines.behind(chatChannelId, lastEventSeq);
    const reply = await this.patience.ask('join_channel', { chatChannelId, historyLimit: 0 });
    if (reply.kind === 'ok') this.roll.refresh(reply.value.channel);
  }

  private removeChannel(channelId: number): void {
    this.roll.remove(channelId);
    this.timelines.forget(channelId);
    void this.lastPages?.forget(channelId);
  }

  private async renewToken(): Promise<void> {
    // On failure the server closes the socket and the reconnect asks for a token again.
    const token = await this.tokens.accessToken().catch(() => null);
    if (token !== null) await this.transport.request('refresh_token', { token });
  }

  private onMessagesRead({ chatChannelId, userId, lastReadMessageId }: MessagesReadEvent): void {
    this.receipts.moved('read', chatChannelId, userId, lastReadMessageId);
    // Read on another device: the server says how much is left.
    if (userId === this.userId && lastReadMessageId > readUpTo(this.channels.getState(), chatChannelId))
      this.marks.mark('read', chatChannelId, lastReadMessageId);
  }

  private withCounted(list: ChannelList, message: Message, eventSeq: number): ChannelList {
    const counted = withMessage(list, message, eventSeq, this.userId);
    const me = this.directory.store.getState().get(this.userId)?.username;
    const means = message.senderId !== this.userId && me !== undefined && mentions(message.content, me);
    return means && counted !== list ? withMention(counted, message.chatChannelId) : counted;
  }

  private seeUpTo(channelId: number, seen: Seen): void {
    this.channels.setState((list) => withSeen(list, channelId, seen), true);
  }
}
