// The socket's events and requests, as the core uses them. Names and shapes come from contract/.
import type { ClientEvents, ServerEvents } from '../generated/events';
import type { ErrorBody, Message, Resumed as ResumedChannel } from '../generated/types';

export type ServerEvent = {
  readonly [Name in keyof ServerEvents]: { readonly event: Name; readonly data: ServerEvents[Name] };
}[keyof ServerEvents];

/** A durable change of a channel. Every name that carries an eventSeq counts, also one this client does not know. */
export type ChannelEvent = Extract<ServerEvent, { readonly data: { readonly eventSeq: number } }>;

export type Resumed = Omit<ResumedChannel, 'events'> & { readonly events: readonly ChannelEvent[] };

/** Which page: before, after or around a message; the newest one without any. */
export type HistoryPlace = Pick<ClientEvents['get_history']['body'], 'before' | 'after' | 'around'>;

/** The contract's, but that two answers depend on what was asked for. */
export type Requests = Omit<ClientEvents, 'join_channel' | 'resume'> & {
  join_channel: {
    body: { readonly chatChannelId: number; readonly historyLimit: number };
    reply: ClientEvents['join_channel']['reply'] & { readonly messages: readonly Message[] };
  };
  resume: {
    body: ClientEvents['resume']['body'];
    reply: { readonly channels: Readonly<Record<string, Resumed>> };
  };
};

export type RequestName = keyof Requests;

/** `lost`: no answer came. It may or may not have happened. */
export type Reply<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'lost' };

export type Request = <N extends RequestName>(
  name: N,
  body: Requests[N]['body'],
) => Promise<Reply<Requests[N]['reply']>>;
