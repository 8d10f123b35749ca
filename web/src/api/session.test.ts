import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../generated/types';
import { ApiError, unreachable } from './http';
import { REFRESH_TIMEOUT_MS, SessionKeeper } from './session';

const MINUTE = 60_000;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Issues tokens as the server does: a refresh token works once, and its reuse ends the session. With the browser's cookie. */
class Server {
  refreshes = 0;
  cookie: string | undefined;
  sessionId = 1;
  readonly loggedOut: string[] = [];
  private current = '';
  private before = '';
  private graceEnds = 0;
  private ended = false;
  /** This many answers never arrive, though the server did what was asked. */
  lost = 0;
  /** Nothing arrives at it. */
  away = false;

  /** `cookie`: whether the refresh token goes there, or into the answer. */
  issue(cookie = true, lifetimeS = 900): Session {
    const iat = Math.floor(Date.now() / 1000);
    this.before = this.current;
    this.graceEnds = Date.now() + 10_000;
    this.current = `refresh-${++this.refreshes}`;
    if (cookie) this.cookie = this.current;
    return {
      user: {
        id: 1,
        username: 'ada',
        displayName: 'Ada',
        isAdmin: false,
        createdAt: '2026-11-22T10:00:00.000Z',
      },
      sessionId: this.sessionId,
      accessToken: `${part({ alg: 'HS256' })}.${part({ iat, exp: iat + lifetimeS, n: this.refreshes })}.sig`,
      // A server whose clock is a day behind: only the token's own claims count.
      accessTokenExpiresAt: new Date(Date.now() - 86_400_000).toISOString(),
      ...(cookie ? {} : { refreshToken: this.current }),
      refreshTokenExpiresAt: '2026-12-22T10:00:00.000Z',
    };
  }

  readonly signIn = async (cookie: boolean): Promise<Session> => this.issue(cookie);

  readonly logout = async (accessToken: string): Promise<void> => {
    if (this.away) throw unreachable();
    this.loggedOut.push(accessToken);
    this.cookie = undefined;
  };

  readonly refresh = async (given: string | undefined, signal: AbortSignal): Promise<Session> => {
    await new Promise((done) => setTimeout(done, 20));
    if (this.away) throw unreachable();
    const token = given ?? this.cookie;
    const again = token === this.before && Date.now() < this.graceEnds;
    this.ended ||= token !== this.current && !again;
    if (this.ended) throw new ApiError({ code: 'auth.revoked', message: '', retryable: false }, 401);
    if (again) this.current = this.before;
    const kept = this.cookie;
    const session = this.issue();
    if (this.lost > 0) {
      this.cookie = kept;
      this.lost--;
      if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done));
      vi.setSystemTime(Date.now() + REFRESH_TIMEOUT_MS);
      throw unreachable();
    }
    return session;
  };
}

/** Time-outs as in life, a hundred times as fast. */
function quickTimeouts(): void {
  const real = AbortSignal.timeout.bind(AbortSignal);
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => real(ms / 100));
}

beforeEach(() => {
  const items = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  });
  vi.stubGlobal('window', { addEventListener: () => undefined });
  // As on a page without TLS: no Web Locks.
  vi.stubGlobal('navigator', {});
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 10), toFake: ['Date'] });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  };
});

describe('SessionKeeper', () => {
  const open = async (server: Server): Promise<SessionKeeper> => {
    const keeper = new SessionKeeper(server);
    await keeper.begin(server.signIn);
    return keeper;
  };
  const stored = (): object => JSON.parse(localStorage.getItem('hubbub.session') ?? 'null') as object;

  it('gives the token it has while it lasts, and renews it before it ends', async () => {
    const server = new Server();
    const keeper = await open(server);
    const first = await keeper.accessToken();
    vi.setSystemTime(Date.now() + 13 * MINUTE);
    expect(await keeper.accessToken()).toBe(first);
    vi.setSystemTime(Date.now() + MINUTE);
    expect(await keeper.accessToken()).not.toBe(first);
    expect(server.refreshes).toBe(2);
  });

  it('renews once for all tabs', async () => {
    const server = new Server();
    const tabs = [1, 2, 3].map(() => new SessionKeeper(server));
    await tabs[0]?.begin(server.signIn);
    vi.setSystemTime(Date.now() + 20 * MINUTE);
    const tokens = await Promise.all(tabs.flatMap((tab) => [tab.accessToken(), tab.accessToken()]));
    expect(new Set(tokens).size).toBe(1);
    expect(server.refreshes).toBe(2);
  });

  it('renews a token that the server refused, whatever its expiry', async () => {
    const server = new Server();
    const keeper = await open(server);
    const refused = await keeper.accessToken();
    keeper.rejected(refused);
    const renewed = await keeper.accessToken();
    keeper.rejected(refused);
    expect(renewed).not.toBe(refused);
    expect(await keeper.accessToken()).toBe(renewed);
  });

  it('signs out when the session has ended, and says why', async () => {
    const server = new Server();
    const keeper = await open(server);
    server.cookie = 'stolen and used';
    keeper.rejected();
    await expect(keeper.accessToken()).rejects.toThrow('auth.revoked');
    expect(keeper.status.getState()).toEqual({ kind: 'signed-out', code: 'auth.revoked' });
  });

  it('stays signed in when the server cannot be reached', async () => {
    const server = new Server();
    const keeper = await open(server);
    server.away = true;
    keeper.rejected();
    await expect(keeper.accessToken()).rejects.toThrow('client.unreachable');
    expect(keeper.status.getState().kind).toBe('signed-in');
  });

  it('asks again within the grace when a renewal hangs, and stays signed in', async () => {
    quickTimeouts();
    const server = new Server();
    const keeper = await open(server);
    keeper.rejected();
    server.lost = 2;
    const token = await keeper.accessToken();
    expect(await keeper.accessToken()).toBe(token);
    expect(keeper.status.getState().kind).toBe('signed-in');
  });

  it('lets the other tabs go on when a renewal hangs for good', async () => {
    quickTimeouts();
    const server = new Server();
    const hanging = new SessionKeeper({
      refresh: (_, signal) =>
        new Promise((_done, fail) => signal.addEventListener('abort', () => fail(unreachable()))),
      logout: server.logout,
    });
    const other = new SessionKeeper(server);
    await hanging.begin(server.signIn);
    hanging.rejected();
    const failed = expect(hanging.accessToken()).rejects.toThrow('client.unreachable');
    await vi.waitFor(() => expect(localStorage.getItem('hubbub.refresh.lease')).not.toBeNull());
    expect(await other.accessToken()).toMatch(/sig$/);
    await failed;
    expect(hanging.status.getState().kind).toBe('signed-in');
  });

  it('signs out at once, also when the server never answers', async () => {
    quickTimeouts();
    const server = new Server();
    const keeper = await open(server);
    keeper.rejected();
    server.lost = 9;
    const told = keeper.leave();
    expect(keeper.status.getState()).toEqual({ kind: 'signed-out', code: null });
    await told;
    expect(server.loggedOut).toEqual([]);
  });

  it('leaves the refresh token to the cookie', async () => {
    const server = new Server();
    const keeper = await open(server);
    keeper.rejected();
    await keeper.accessToken();
    expect(Object.keys(stored())).toEqual(['user', 'sessionId', 'accessToken', 'renewAt']);
  });

  it('moves the refresh token that a version before kept here into the cookie, once for all tabs', async () => {
    const server = new Server();
    const { user, sessionId, accessToken, refreshToken } = server.issue(false);
    const before = { user, sessionId, accessToken, refreshToken, renewAt: Date.now() + MINUTE };
    localStorage.setItem('hubbub.session', JSON.stringify(before));
    const tabs = [1, 2].map(() => new SessionKeeper(server));
    expect(tabs[0]?.status.getState().kind).toBe('signed-in');
    const tokens = await Promise.all(tabs.map((tab) => tab.accessToken()));
    expect(new Set(tokens).size).toBe(1);
    expect(server.cookie).toBe('refresh-2');
    expect(stored()).not.toHaveProperty('refreshToken');
  });

  it('keeps the refresh token in the page where the browser keeps nothing', async () => {
    vi.spyOn(localStorage, 'setItem').mockImplementation(() => {
      throw new Error('blocked');
    });
    const server = new Server();
    const keeper = await open(server);
    expect(server.cookie).toBeUndefined();
    keeper.rejected();
    expect(await keeper.accessToken()).toMatch(/sig$/);
    expect(stored()).toBeNull();
    keeper.end(null);
  });

  it('tells the server of a sign-out when it can be reached again, and of that session alone', async () => {
    const server = new Server();
    const keeper = await open(server);
    server.away = true;
    await keeper.leave();
    expect(keeper.status.getState().kind).toBe('signed-out');
    server.away = false;
    void new SessionKeeper(server);
    await vi.waitFor(() => expect(localStorage.getItem('hubbub.left')).toBeNull());
    expect(server.loggedOut.length).toBe(1);
    expect(server.cookie).toBeUndefined();

    localStorage.setItem('hubbub.left', '1');
    server.sessionId = 2;
    server.issue();
    void new SessionKeeper(server);
    await vi.waitFor(() => expect(localStorage.getItem('hubbub.left')).toBeNull());
    expect(server.loggedOut.length).toBe(1);
  });

  it('signs in only after the sign-out before it was told, whose answer takes the cookie away', async () => {
    const server = new Server();
    const keeper = await open(server);
    keeper.rejected();
    void keeper.leave();
    await keeper.begin(server.signIn);
    expect(server.loggedOut.length).toBe(1);
    expect(server.cookie).toBeDefined();
  });

  it('gives nobody the token of another, who signed in in a tab that closed too soon', async () => {
    const server = new Server();
    const keeper = await open(server);
    keeper.rejected();
    server.sessionId = 2;
    server.issue();
    await expect(keeper.accessToken()).rejects.toThrow('auth.revoked');
    expect(keeper.status.getState()).toMatchObject({ kind: 'signed-in', sessionId: 2 });
  });

  it('does not come back to life when a renewal ends after signing out', async () => {
    const server = new Server();
    const keeper = await open(server);
    keeper.rejected();
    const renewal = keeper.accessToken();
    await vi.waitFor(() => expect(localStorage.getItem('hubbub.refresh.lease')).not.toBeNull());
    keeper.end(null);
    await renewal.catch(() => undefined);
    expect(localStorage.getItem('hubbub.session')).toBeNull();
    expect(keeper.status.getState().kind).toBe('signed-out');
  });
});
