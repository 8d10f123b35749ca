import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { assertAnswer } from './contract.js';
import { request } from './http.js';

/** REST of one user, or of nobody without a token. Every call resolves with {status, headers, body}, which are as documented. */
export class Api {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  get(path) {
    return this.call('GET', path);
  }

  post(path, body, headers) {
    return this.call('POST', path, body, headers);
  }

  patch(path, body) {
    return this.call('PATCH', path, body);
  }

  put(path, body) {
    return this.call('PUT', path, body);
  }

  delete(path) {
    return this.call('DELETE', path);
  }

  async call(method, path, body, extra = {}) {
    const headers = { ...extra };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await request(`${this.url}/api/v1${path}`, { method, headers, body: text });
    const parsed = answer.text === '' ? undefined : JSON.parse(answer.text);
    assertAnswer(method, path, body, { status: answer.status, body: parsed });
    return { ...answer, body: parsed };
  }
}

let names = 0;

/** A name that no other test of this process uses, in the alphabet of usernames. */
export function uniqueName(prefix = 'user') {
  return `${prefix}-${(++names).toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Signs a new user up: {id, username, password, session, api}. */
export async function signUp(url, username = uniqueName(), extra = {}) {
  const password = `pw ${username}`;
  const { status, body } = await new Api(url).post('/auth/register', { username, password, ...extra });
  assert.equal(status, 201, JSON.stringify(body));
  return { id: body.user.id, username, password, session: body, api: new Api(url, body.accessToken) };
}

/** Creates a channel as `user`, with `members` in it, and returns its id. */
export async function createChannel(user, { name = uniqueName('channel'), type = 'public', members = [] } = {}) {
  const { status, body } = await user.api.post('/channels', { name, type });
  assert.equal(status, 201, JSON.stringify(body));
  const id = body.channel.chatChannelId;
  for (const member of members) await addMember(user, id, member);
  return id;
}

/** Has `member` in channel `id`: `user` adds them, and whoever is only invited, as a stranger, accepts. */
export async function addMember(user, id, member) {
  const added = await user.api.post(`/channels/${id}/members`, { userId: member.id });
  if (added.status === 201) return;
  assert.equal(added.status, 202, added.text);
  const accepted = await member.api.post('/invites/accept', { code: added.body.invite.code });
  assert.equal(accepted.status, 200, accepted.text);
}

/** That `answer` is the error `code` with `status`, in the contract's shape. */
export function assertRefused(answer, status, code, field) {
  assert.equal(answer.status, status, `${answer.status} ${answer.text}`);
  assertError(answer.body?.error, code, field);
}

/** That `error` is the contract's error object with `code`; one that ends in `.` or `_` is a group, any of it will do. */
export function assertError(error, code, field) {
  assert.equal(typeof error, 'object', `no error object: ${JSON.stringify(error)}`);
  if (/[._]$/.test(code)) assert.ok(error.code.startsWith(code), `${error.code}, expected ${code}*`);
  else assert.equal(error.code, code);
  assert.equal(typeof error.message, 'string');
  assert.notEqual(error.message, '');
  assert.equal(typeof error.retryable, 'boolean');
  if (field !== undefined) assert.equal(error.field, field);
}
