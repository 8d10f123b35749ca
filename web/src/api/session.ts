// The signed-in session of this browser, shared by its tabs through localStorage.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Session, User } from '../generated/types';
import { local } from '../storage/local';
import { ApiError } from './http';
import { exclusively } from './lock';

const KEY = 'hubbub.session';
/** The server warns 60 s ahead; a token is renewed from a little before that, a short-lived one in its second half. */
const RENEW_BEFORE_MS = 90_000;
/** For ten seconds the server gives a token again whose answer was lost: all attempts lie within them. */
export const REFRESH_TIMEOUT_MS = 3_000;
const REFRESH_ATTEMPTS = 3;

interface StoredSession {
  readonly user: User;
  readonly sessionId: number | string;
  readonly accessToken: string;
  /** By this machine's clock, which may differ from the server's. */
  readonly renewAt: number;
  readonly refreshToken: string;
}

export type SessionStatus =
  | { readonly kind: 'signed-in'; readonly user: User; readonly sessionId: number | string }
  /** `code` says why, when the user did not ask for it. */
  | { readonly kind: 'signed-out'; readonly code: string | null };

export class SessionKeeper {
  readonly status: StoreApi<SessionStatus>;
  private renewing: Promise<string> | null = null;

  constructor(private readonly refresh: (refreshToken: string, signal: AbortSignal) => Promise<Session>) {
    this.status = createStore(() => statusOf(read()));
    const look = (): void => this.publish(statusOf(read()));
    local.watch(KEY, look);
    // Back in a page that slept while another tab signed out.
    window.addEventListener('pageshow', look);
  }

  begin(session: Session): void {
    this.store(session);
    this.publish(statusOf(read()));
  }

  /** The user has another name now. */
  rename(user: User): void {
    const session = read();
    const now = this.status.getState();
    if (!session || now.kind !== 'signed-in') return;
    local.set(KEY, JSON.stringify({ ...session, user }));
    this.status.setState({ ...now, user }, true);
  }

  end(code: string | null): void {
    local.remove(KEY);
    this.publish({ kind: 'signed-out', code });
  }

  /** The current token, renewed when little time is left. Throws ApiError. */
  async accessToken(): Promise<string> {
    const session = read();
    if (session && Date.now() < session.renewAt) return session.accessToken;
    // Refresh tokens work once: one tab renews, the others then read what it stored.
    this.renewing ??= exclusively('hubbub.refresh', () => this.renew()).finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  /** Signs out here at once. Gives a token to tell the server with, or null when there is none to be had. */
  async leave(): Promise<string | null> {
    const session = read();
    this.end(null);
    if (!session || Date.now() < session.renewAt) return session?.accessToken ?? null;
    return this.refreshed(session.refreshToken).then(
      ({ accessToken }) => accessToken,
      () => null,
    );
  }

  /** The server refused the token `accessToken` gave; the next call renews it. */
  rejected(token?: string): void {
    const session = read();
    if (!session || (token !== undefined && session.accessToken !== token)) return;
    local.set(KEY, JSON.stringify({ ...session, renewAt: 0 }));
  }

  private async renew(): Promise<string> {
    const session = read();
    if (!session) throw new ApiError({ code: 'auth.revoked', message: 'Signed out.', retryable: false }, 401);
    if (Date.now() < session.renewAt) return session.accessToken;
    try {
      const renewed = await this.refreshed(session.refreshToken);
      // Signed out meanwhile: stays so.
      if (read()?.refreshToken === session.refreshToken) this.store(renewed);
      return renewed.accessToken;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.end(error.body.code);
      throw error;
    }
  }

  private async refreshed(refreshToken: string): Promise<Session> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.refresh(refreshToken, AbortSignal.timeout(REFRESH_TIMEOUT_MS));
      } catch (error) {
        const lost = error instanceof ApiError && error.status === 0;
        if (!lost || attempt === REFRESH_ATTEMPTS) throw error;
      }
    }
  }

  private store({ user, sessionId, accessToken, refreshToken }: Session): void {
    const lifetime = lifetimeMs(accessToken);
    const session: StoredSession = {
      user,
      sessionId,
      accessToken,
      renewAt: Date.now() + Math.max(lifetime / 2, lifetime - RENEW_BEFORE_MS),
      refreshToken,
    };
    local.set(KEY, JSON.stringify(session));
  }

  private publish(status: SessionStatus): void {
    const now = this.status.getState();
    const same =
      now.kind === 'signed-in' && status.kind === 'signed-in'
        ? now.sessionId === status.sessionId
        : now.kind === status.kind;
    if (!same) this.status.setState(status, true);
  }
}

function read(): StoredSession | null {
  try {
    return JSON.parse(local.get(KEY) ?? 'null') as StoredSession | null;
  } catch {
    return null;
  }
}

function statusOf(session: StoredSession | null): SessionStatus {
  if (!session) return { kind: 'signed-out', code: null };
  return { kind: 'signed-in', user: session.user, sessionId: session.sessionId };
}

/** From the token's own claims, so that a wrong clock on this machine does not matter. */
function lifetimeMs(jwt: string): number {
  const payload = jwt.split('.')[1] ?? '';
  const { iat, exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
    iat: number;
    exp: number;
  };
  return (exp - iat) * 1000;
}
