// The signed-in session of this browser, shared by its tabs through localStorage. The refresh token is not in there: the
// browser keeps it in a cookie that no script reads, but where localStorage is blocked, as cookies are then, too.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Session, User } from '../generated/types';
import { local } from '../storage/local';
import { ApiError } from './http';
import { exclusively } from './lock';

const KEY = 'hubbub.session';
/** The session that was left here while the server could not be told: its cookie is still good. */
const LEFT = 'hubbub.left';
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
  /** None: it is in the cookie. */
  readonly refreshToken?: string;
}

/** The requests that a session is made of. They throw ApiError. */
export interface SessionRequests {
  /** With the token of the cookie, or else with the one given, which moves into the cookie if it can. */
  refresh(refreshToken: string | undefined, signal: AbortSignal): Promise<Session>;
  logout(accessToken: string): Promise<void>;
}

export type SessionStatus =
  | { readonly kind: 'signed-in'; readonly user: User; readonly sessionId: number | string }
  /** `code` says why, when the user did not ask for it. */
  | { readonly kind: 'signed-out'; readonly code: string | null };

export class SessionKeeper {
  readonly status: StoreApi<SessionStatus>;
  private renewing: Promise<string> | null = null;
  private leaving: Promise<void> = Promise.resolve();

  constructor(private readonly requests: SessionRequests) {
    // Of a version that kept it here: the next call moves it into the cookie.
    if (read()?.refreshToken !== undefined && local.isShared()) this.rejected();
    this.status = createStore(() => statusOf(read()));
    const look = (): void => this.publish(statusOf(read()));
    local.watch(KEY, look);
    // Back in a page that slept while another tab signed out.
    window.addEventListener('pageshow', look);
    const goOnLeaving = (): void => {
      this.leaving = this.finishLeaving().catch(() => undefined);
    };
    goOnLeaving();
    window.addEventListener('online', goOnLeaving);
  }

  /** Signs in with what `request` gets, told whether the cookie can keep the refresh token. */
  async begin(request: (cookie: boolean) => Promise<Session>): Promise<void> {
    // The answer to a sign-out takes the cookie away: never the next session's.
    await this.leaving;
    const session = await request(local.isShared());
    local.remove(LEFT);
    this.adopt(session);
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

  /** Signs out here at once, and tells the server: later, if it cannot be reached now. */
  leave(): Promise<void> {
    const session = read();
    this.end(null);
    if (session) {
      const left = String(session.sessionId);
      local.set(LEFT, left);
      this.leaving = this.tell(left, session).catch(() => undefined);
    }
    return this.leaving;
  }

  /** The server refused the token `accessToken` gave; the next call renews it. */
  rejected(token?: string): void {
    const session = read();
    if (!session || (token !== undefined && session.accessToken !== token)) return;
    local.set(KEY, JSON.stringify({ ...session, renewAt: 0 }));
  }

  private async renew(): Promise<string> {
    const session = read();
    if (!session) throw revoked();
    if (Date.now() < session.renewAt) return session.accessToken;
    try {
      const renewed = await this.refreshed(session.refreshToken);
      if (renewed.sessionId === session.sessionId) {
        // Signed out meanwhile: stays so.
        if (read()?.accessToken === session.accessToken) this.store(renewed);
        return renewed.accessToken;
      }
      // The cookie is of somebody who signed in in a tab that was closed before it said so.
      this.adopt(renewed);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.end(error.body.code);
      throw error;
    }
    throw revoked();
  }

  private async refreshed(refreshToken: string | undefined): Promise<Session> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.requests.refresh(refreshToken, AbortSignal.timeout(REFRESH_TIMEOUT_MS));
      } catch (error) {
        const lost = error instanceof ApiError && error.status === 0;
        if (!lost || attempt === REFRESH_ATTEMPTS) throw error;
      }
    }
  }

  private async finishLeaving(): Promise<void> {
    if (local.get(LEFT) === null) return;
    await exclusively('hubbub.refresh', async () => {
      const left = local.get(LEFT);
      if (left !== null && !read()) await this.tell(left);
    });
  }

  /** Ends the session that was left, at the server. Throws ApiError if it cannot be reached. */
  private async tell(left: string, last?: StoredSession): Promise<void> {
    try {
      const good = last && Date.now() < last.renewAt;
      const session = good ? last : await this.refreshed(last?.refreshToken);
      // Or the cookie is of somebody who signed in since.
      if (String(session.sessionId) === left) await this.requests.logout(session.accessToken);
    } catch (error) {
      // A session that the server knows no more needs no end.
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    if (local.get(LEFT) === left) local.remove(LEFT);
  }

  private adopt(session: Session): void {
    this.store(session);
    this.publish(statusOf(read()));
  }

  private store({ user, sessionId, accessToken, refreshToken }: Session): void {
    const lifetime = lifetimeMs(accessToken);
    const session: StoredSession = {
      user,
      sessionId,
      accessToken,
      renewAt: Date.now() + Math.max(lifetime / 2, lifetime - RENEW_BEFORE_MS),
      ...(refreshToken === undefined ? {} : { refreshToken }),
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

const revoked = (): ApiError =>
  new ApiError({ code: 'auth.revoked', message: 'Signed out.', retryable: false }, 401);

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
