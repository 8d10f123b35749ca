// How much one may do: connections by user and address, events and requests by user and kind.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';
import { scrape } from '../support/metrics.js';
import { until } from '../support/wait.js';

const kPerUser = 3;
const kPerAddress = 5;

describe('limits of connections', () => {
  let hubbub;
  const clients = [];
  before(async () => {
    hubbub = await Hubbub.start({
      env: {
        HUBBUB_TRUSTED_PROXIES: '127.0.0.1',
        HUBBUB_LIMITS_CONNECTIONS_PER_USER: `${kPerUser}`,
        HUBBUB_LIMITS_CONNECTIONS_PER_ADDRESS: `${kPerAddress}`,
      },
    });
  });
  after(async () => {
    clients.forEach((client) => client.close());
    await hubbub?.stop();
  });

  async function connect(token, address, at = hubbub) {
    const client = await ChatClient.connect(at.url, token, { extraHeaders: { 'x-forwarded-for': address } });
    clients.push(client);
    return client;
  }

  function assertFull(error) {
    assert.equal(error.message, 'limit.connections');
    assertError(error.data, 'limit.connections');
    assert.ok(error.data.retryAfterMs > 0);
    return true;
  }

  const handshake = (address, at = hubbub) =>
    request(`${at.url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-forwarded-for': address } });

  async function assertAddressFull(address, at) {
    const { status, text } = await handshake(address, at);
    assert.equal(status, 403);
    assert.deepEqual(JSON.parse(text), { code: 4, message: 'limit.connections' });
  }

  const counted = async (limit) => (await scrape(hubbub.url)).get(`hubbub_limits_total{limit="${limit}"}`);

  test('a user has so many at a time, wherever they come from; one that goes makes room', async () => {
    const { session } = await signUp(hubbub.url);
    const own = [];
    for (let i = 0; i < kPerUser; ++i) own.push(await connect(session.accessToken, `198.51.100.${i}`));
    const before = await counted('connections_per_user');
    await assert.rejects(connect(session.accessToken, '198.51.100.99'), assertFull);
    assert.equal(await counted('connections_per_user'), before + 1);
    own[0].close();
    await until('room', () => connect(session.accessToken, '198.51.100.99').catch(() => null));
    await assert.rejects(connect(session.accessToken, '198.51.100.99'), assertFull);
  });

  for (const [what, addresses, elsewhere] of [
    ['an IPv4 address', Array(kPerAddress).fill('203.0.113.7'), '203.0.113.8'],
    ['an IPv6 /64', Array.from({ length: kPerAddress }, (_, i) => `2001:db8:1:2:${i}::${i}`), '2001:db8:1:3::1'],
    ['an IPv4 address, mapped or not', Array.from({ length: kPerAddress }, (_, i) => (i % 2 ? '203.0.113.9' : '::ffff:203.0.113.9')), '203.0.113.10'],
  ]) {
    test(`${what} has so many at a time, from the handshake on, whoever they are`, async () => {
      const users = await Promise.all(addresses.map(() => signUp(hubbub.url)));
      const own = await Promise.all(users.map(({ session }, i) => connect(session.accessToken, addresses[i])));
      const before = await counted('connections_per_address');
      await assertAddressFull(addresses[0]);
      await assertAddressFull(addresses.at(-1));
      assert.equal(await counted('connections_per_address'), before + 2);
      await connect(users[0].session.accessToken, elsewhere);
      own[1].close();
      await connect(users[2].session.accessToken, addresses[0]); // tries until there is room
      await assertAddressFull(addresses[0]);
    });
  }

  test('who is refused for another reason takes no seat', async () => {
    const { session } = await signUp(hubbub.url);
    for (let i = 0; i < 2 * kPerAddress; ++i) {
      await assert.rejects(connect('no token', '203.0.113.20'), { message: 'auth.token_invalid' });
    }
    await connect(session.accessToken, '203.0.113.20');
  });

  test('X-Forwarded-For of anybody is not believed', async (t) => {
    const open = await Hubbub.start({ env: { HUBBUB_LIMITS_CONNECTIONS_PER_ADDRESS: '2' } });
    t.after(() => open.stop());
    const { session } = await signUp(open.url);
    const own = [];
    for (let i = 0; i < 2; ++i) own.push(await connect(session.accessToken, `198.51.100.${i}`, open));
    await assertAddressFull('198.51.100.2', open);
    own.forEach((client) => client.close());
  });

  test('handshakes without a CONNECT: so many of an address, and its clients that are in do not count', async (t) => {
    const kArrivingMax = 2000;
    const own = await Hubbub.start({ env: { HUBBUB_TRUSTED_PROXIES: '127.0.0.1' } });
    t.after(() => own.stop());
    const { session } = await signUp(own.url);
    const friend = await connect(session.accessToken, '203.0.113.30', own);
    const statuses = new Map();
    const flood = async () => {
      for (let i = 0; i < (kArrivingMax + 100) / 20; ++i) {
        const { status } = await handshake('203.0.113.30', own);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 20 }, flood));
    assert.deepEqual(Object.fromEntries(statuses), { 200: kArrivingMax, 403: 100 });
    assert.equal((await scrape(own.url)).get('hubbub_limits_total{limit="handshakes"}'), 100);
    await connect(session.accessToken, '203.0.113.31', own);
    assert.equal(friend.socket.connected, true);
  });
});

describe('limits of events and requests by kind', () => {
  const kPerSecond = 20; // 200 at once; of a kind a fifth or a tenth
  const kFifth = 40;
  const kTenth = 20;
  let hubbub;
  let witness;
  let channel;
  let messageId;
  before(async () => {
    const env = { HUBBUB_LIMITS_EVENTS_PER_SECOND: `${kPerSecond}`, HUBBUB_LIMITS_REQUESTS_PER_SECOND: `${kPerSecond}`, HUBBUB_THREADS: '1' };
    hubbub = await Hubbub.start({ env });
    const owner = await signUp(hubbub.url);
    channel = await createChannel(owner);
    witness = await ChatClient.connect(hubbub.url, owner.session.accessToken);
    messageId = (await witness.send(channel, 'first')).message.id;
  });
  after(async () => {
    witness?.close();
    await hubbub?.stop();
  });

  const inChannel = (fields = {}) => () => ({ chatChannelId: channel, ...fields });
  const onMessage = (fields = {}) => () => ({ chatChannelId: channel, messageId, ...fields });
  const kinds = [
    ['send_message', () => ({ chatChannelId: channel, content: 'x', clientMessageId: randomUUID() }), kFifth],
    ['edit_message', onMessage({ content: 'y' }), kFifth],
    ['delete_message', onMessage(), kFifth],
    ['add_reaction', onMessage({ reaction: '👍' }), kFifth],
    ['remove_reaction', onMessage({ reaction: '👍' }), kFifth],
    ['mark_as_read', onMessage(), kFifth],
    ['mark_as_delivered', onMessage(), kFifth],
    ['get_history', inChannel(), kFifth],
    ['get_presence', inChannel(), kFifth],
    ['resume', () => ({ channels: {} }), kFifth],
    ['typing_start', inChannel(), kTenth],
    ['typing_stop', inChannel(), kTenth],
    ['user_online', () => ({}), kTenth],
    ['user_offline', () => ({}), kTenth],
    ['join_channel', inChannel(), kTenth],
    ['leave_channel', inChannel(), kTenth],
    ['refresh_token', () => ({ token: 'none' }), kTenth],
  ];
  const tooMuch = 3;

  for (const [event, object, burst] of kinds) {
    test(`${event}: ${burst} at once, then limit.rate, which costs nothing else and nobody else`, async (t) => {
      const user = await signUp(hubbub.url);
      const client = await ChatClient.connect(hubbub.url, user.session.accessToken);
      t.after(() => client.close());
      assert.equal((await client.ask('join_channel', { chatChannelId: channel })).ok, true);
      const key = `hubbub_limited_events_total{event="${event}"}`;
      const before = (await scrape(hubbub.url)).get(key) ?? 0;
      const refusals = [];
      // One after the other: more at once than a socket may have running would be limit.rate too.
      for (let i = 0; i < burst * tooMuch && refusals.length < 3; ++i) {
        const ack = await client.ask(event, object());
        if (ack.error?.code === 'limit.rate') refusals.push({ i, error: ack.error });
      }
      assert.equal(refusals.length, 3, 'it was refused');
      assert.ok(refusals[0].i >= burst - 1, `after ${refusals[0].i}`); // join_channel had one before
      for (const { error } of refusals) assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 1000, `${error.retryAfterMs}`);
      assert.equal((await scrape(hubbub.url)).get(key), before + 3);
      const other = event === 'get_presence' ? 'get_history' : 'get_presence';
      assert.notEqual((await client.ask(other, { chatChannelId: channel })).error?.code, 'limit.rate');
      assert.notEqual((await witness.ask(event, object())).error?.code, 'limit.rate');
    });
  }

  test('a reconnect, a second socket or another session does not help', async (t) => {
    const user = await signUp(hubbub.url);
    const { body } = await user.api.post('/auth/login', { username: user.username, password: user.password });
    const send = async (token) => {
      const client = await ChatClient.connect(hubbub.url, token);
      t.after(() => client.close());
      await client.ask('join_channel', { chatChannelId: channel });
      const acks = [];
      for (let i = 0; i < kFifth; ++i) acks.push(await client.send(channel, 'x'));
      client.close();
      return acks.filter(({ error }) => error?.code === 'limit.rate').length;
    };
    const refused = [];
    for (const token of [user.session.accessToken, body.accessToken, user.session.accessToken, body.accessToken]) refused.push(await send(token));
    assert.equal(refused[0], 0);
    assert.ok(refused.slice(1).some((count) => count > 0), `${refused}`);
  });

  for (const [route, method, path, body, burst] of [
    ['GET /search', 'get', () => '/search?query=x', undefined, kFifth],
    ['GET /users/search', 'get', () => '/users/search?query=x', undefined, kFifth],
    ['GET /channels/{chatChannelId}/messages', 'get', () => `/channels/${channel}/messages`, undefined, kFifth],
    ['PUT /channels/{chatChannelId}/read-state', 'put', () => `/channels/${channel}/read-state`, () => ({ messageId }), kFifth],
    ['POST /channels', 'post', () => '/channels', () => ({ name: uniqueName(), type: 'public' }), kTenth],
    ['POST /channels/{chatChannelId}/members', 'post', () => `/channels/${channel}/members`, () => ({ userId: 1 }), kTenth],
    ['POST /invites/accept', 'post', () => '/invites/accept', () => ({ code: 'x' }), kTenth],
  ]) {
    test(`${route}: ${burst} at once, then 429, which costs nothing else and nobody else`, async () => {
      const [user, other] = [await signUp(hubbub.url), await signUp(hubbub.url)];
      const key = `hubbub_limited_requests_total{route="${route}"}`;
      const before = (await scrape(hubbub.url)).get(key) ?? 0;
      let refused;
      let i = 0;
      for (; i < burst * tooMuch && !refused; ++i) {
        const answer = await user.api[method](path(), body?.());
        if (answer.status === 429) refused = answer;
      }
      assertRefused(refused, 429, 'limit.rate');
      assert.ok(i > burst, `after ${i}`);
      assert.ok(Number(refused.headers['retry-after']) >= 1);
      assert.equal((await scrape(hubbub.url)).get(key), before + 1);
      assert.equal((await user.api.get('/me')).status, 200);
      assert.notEqual((await other.api[method](path(), body?.())).status, 429);
    });
  }
});
