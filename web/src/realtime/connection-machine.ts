// When to connect, wait and give up, as a pure function: no socket, clock or timer.
import { assertNever } from './assert-never';
import { backoffMs } from './backoff';

/** `retryAt` is a Unix time in milliseconds, or null while an attempt is under way. */
export type ConnectionStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly retryAt: number | null }
  | { readonly kind: 'offline'; readonly attempt: number; readonly retryAt: number | null }
  | { readonly kind: 'signed-out'; readonly code: string };

/** There was an attempt, and it failed. */
export const isAway = ({ kind }: ConnectionStatus): boolean => kind === 'reconnecting' || kind === 'offline';

export type ConnectionInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'lost';
      readonly now: number;
      readonly networkDown: boolean;
      readonly retryAfterMs: number | null;
      readonly random?: number;
    }
  | { readonly kind: 'retry' }
  | { readonly kind: 'sign-out'; readonly code: string };

export type ConnectionEffect =
  | { readonly kind: 'connect' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'none' };

export interface Step {
  readonly status: ConnectionStatus;
  readonly effect: ConnectionEffect;
}

const stay = (status: ConnectionStatus): Step => ({ status, effect: { kind: 'none' } });

export function step(status: ConnectionStatus, input: ConnectionInput): Step {
  if (status.kind === 'signed-out' && input.kind !== 'start') return stay(status);
  switch (input.kind) {
    case 'start':
      return { status: { kind: 'connecting' }, effect: { kind: 'connect' } };
    case 'ready':
      return stay({ kind: 'online' });
    case 'lost': {
      const attempt = 'attempt' in status ? status.attempt + 1 : 1;
      const ms = Math.max(input.retryAfterMs ?? 0, backoffMs(attempt, input.random));
      const kind = input.networkDown ? 'offline' : 'reconnecting';
      return { status: { kind, attempt, retryAt: input.now + ms }, effect: { kind: 'wait', ms } };
    }
    case 'retry':
      if (!('attempt' in status) || status.retryAt === null) return stay(status);
      return { status: { ...status, retryAt: null }, effect: { kind: 'connect' } };
    case 'sign-out':
      return { status: { kind: 'signed-out', code: input.code }, effect: { kind: 'close' } };
    default:
      return assertNever(input);
  }
}
