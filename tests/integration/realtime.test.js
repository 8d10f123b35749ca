import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMember, assertError, createChannel, signUp, uniqueName } from '../support/api.js';
import { ChatClient, Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { Hubbub } from '../support/hubbub.js';
import { claimsOf, sign } from '../support/jwt.js';

const kSecret = 'a secret of the test, long enough for HS256';

describe('the socket', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  let carol;
  before(async () => ({ hubbub, users: [alice, bob, carol] } = await suite.start({ users: 3, env: { HUBBUB_JWT_SECRET: kSecret } })));
  after(() => suite.stop());
  const { connect } = suite;

  const inChannel = (id) => (event) => event.chatChannelId === id;

  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    test(`connected, by ${transports}: who, limits and every channel`, async () => {
      const user = await signUp(hubbub.url);
      const ids = [await createChannel(user), await createChannel(user, { type: 'private' })];
      const client = await connect(user, { transports });
      const connected = client.all('connected')[0];
      assertShape('ConnectedEvent', connected);
      assert.equal(connected.userId, user.id);
      assert.equal(connected.sessionId, user.session.sessionId);
      assert.ok(Math.abs(Date.parse(connected.serverTime) - Date.now()) < 60_000);
      assert.deepEqual(connected.channels.map(({ chatChannelId }) => chatChannelId).sort((x, y) => x - y), ids);
      assert.equal(connected.channels[0].role, 'owner');
      assert.equal(client.events[0].name, 'connected', 'nothing comes before it');
    });
  }

  test('connected: the state of a channel with messages', async () => {
    const id = await createChannel(alice, { members: [bob] });
    const a = await connect(alice);
    await a.send(id, 'one');
    const { message } = await a.send(id, 'two');
    const b = await connect(bob);
    const state = b.all('connected')[0].channels.find(inChannel(id));
    const { body } = await bob.api.get(`/channels/${id}`);
    assert.deepEqual(state, body.state);
    assert.equal(state.lastMessageId, message.id);
    assert.equal(state.lastSeq, 2);
    assert.equal(state.role, 'member');
    assert.equal(state.unreadCount, 2);
  });

  test('join_channel of a public channel makes a member, and tells the others once', async () => {
    const id = await createChannel(alice);
    const [a, b] = [await connect(alice), await connect(bob)];
    for (let i = 0; i < 3; ++i) await a.send(id, `before ${i}`);
    const ack = await b.ask('join_channel', { chatChannelId: id, historyLimit: 2 });
    assert.equal(ack.ok, true, JSON.stringify(ack));
    assertShape('ChannelState', ack.channel);
    assert.equal(ack.channel.role, 'member');
    ack.members.forEach((member) => assertShape('Member', member));
    assert.deepEqual(ack.members.map(({ user }) => user.id).sort(), [alice.id, bob.id].sort());
    assert.deepEqual(ack.messages.map(({ content }) => content), ['before 1', 'before 2']);
    ack.messages.forEach((message) => assertShape('Message', message));

    const joined = await a.see('user_joined', inChannel(id));
    assertShape('MembershipEvent', joined);
    assert.equal(joined.user.id, bob.id);
    assert.equal(ack.channel.lastEventSeq, joined.eventSeq);

    const again = await b.ask('join_channel', { chatChannelId: id });
    assert.equal(again.ok, true);
    assert.equal(again.messages.length, 3);
    await a.send(id, 'after');
    await b.see('new_message', ({ message }) => message.content === 'after');
    assert.equal(a.all('user_joined').filter(inChannel(id)).length, 1);
  });

  test("join_channel with lastEventSeq: the events since, as they were broadcast", async () => {
    const id = await createChannel(alice);
    const a = await connect(alice);
    const b = await connect(bob);
    await b.ask('join_channel', { chatChannelId: id });
    await a.send(id, 'one');
    await a.send(id, 'two');
    await b.see('new_message', ({ message }) => message.content === 'two');
    const seen = a.events.filter(({ data }) => data?.chatChannelId === id && data.eventSeq);
    const known = seen[0].data.eventSeq;
    const ack = await a.ask('join_channel', { chatChannelId: id, lastEventSeq: known });
    assert.equal(ack.ok, true);
    assert.equal(ack.recovered, true);
    assert.equal(ack.messages, undefined, 'events come instead of messages');
    assert.deepEqual(ack.events, seen.slice(1).map(({ name, data }) => ({ event: name, data })));
    assert.equal(ack.lastEventSeq, seen.at(-1).data.eventSeq);
  });

  test('eventSeq goes up by one: joins, messages and leaves alike', async () => {
    const id = await createChannel(alice);
    const [a, b] = [await connect(alice), await connect(bob)];
    await b.ask('join_channel', { chatChannelId: id });
    await a.send(id, 'one');
    await b.send(id, 'two');
    await b.ask('leave_channel', { chatChannelId: id });
    await a.see('user_left', inChannel(id));
    const events = a.events.filter(({ data }) => data?.chatChannelId === id && data.eventSeq);
    assert.deepEqual(events.map(({ name }) => name), ['user_joined', 'new_message', 'new_message', 'user_left']);
    events.forEach(({ data }, i) => assert.equal(data.eventSeq, events[0].data.eventSeq + i));

    const ack = await a.ask('resume', { channels: { [id]: 0 } });
    assert.equal(ack.ok, true);
    const { recovered, events: resumed, lastEventSeq } = ack.channels[id];
    assert.equal(recovered, true);
    assert.equal(lastEventSeq, events.at(-1).data.eventSeq);
    resumed.forEach(({ data }, i) => assert.equal(data.eventSeq, i + 1));
    assert.deepEqual(resumed.slice(-4), events.map(({ name, data }) => ({ event: name, data })));
  });

  test('resume with what is known: no events; several channels in one call', async () => {
    const ids = [await createChannel(alice), await createChannel(alice)];
    const a = await connect(alice);
    for (const id of ids) await a.send(id, 'x');
    const { body } = await alice.api.get(`/channels/${ids[0]}`);
    const ack = await a.ask('resume', { channels: { [ids[0]]: body.state.lastEventSeq, [ids[1]]: 0 } });
    assert.deepEqual(ack.channels[ids[0]], { recovered: true, events: [], lastEventSeq: body.state.lastEventSeq });
    assert.ok(ack.channels[ids[1]].events.length > 0);
  });

  test('resume over more events than are kept for it: recovered false', async () => {
    const id = await createChannel(alice);
    const a = await connect(alice);
    await Promise.all(Array.from({ length: 1010 }, (_, i) => a.send(id, `${i}`)));
    const ack = await a.ask('resume', { channels: { [id]: 0 } });
    assert.equal(ack.channels[id].recovered, false);
    assert.deepEqual(ack.channels[id].events, []);
    const near = await a.ask('resume', { channels: { [id]: ack.channels[id].lastEventSeq - 5 } });
    assert.equal(near.channels[id].recovered, true);
    assert.equal(near.channels[id].events.length, 5);
  });

  test('resume with an eventSeq that is not there yet: recovered false', async () => {
    const id = await createChannel(alice);
    const a = await connect(alice);
    const ack = await a.ask('resume', { channels: { [id]: 1_000_000 } });
    assert.equal(ack.ok, true, JSON.stringify(ack));
    assert.equal(ack.channels[id].recovered, false);
  });

  test('leave_channel: user_left to the rest, membership over', async () => {
    const id = await createChannel(alice, { members: [bob] });
    const [a, b, b2] = [await connect(alice), await connect(bob), await connect(bob)];
    assert.deepEqual(await b.ask('leave_channel', { chatChannelId: id }), { ok: true });
    const left = await a.see('user_left', inChannel(id));
    assertShape('MembershipEvent', left);
    assert.equal(left.user.id, bob.id);
    assertShape('ChannelRemovedEvent', await b2.see('channel_removed', inChannel(id)));
    const { body } = await bob.api.get(`/channels/${id}`);
    assert.equal(body.state, null);
    const again = await b.ask('leave_channel', { chatChannelId: id });
    assertError(again.error, 'channel.not_a_member');
  });

  test('typing: to the channel, not to the sender, not to others', async () => {
    const id = await createChannel(alice, { members: [bob] });
    const clientsByName = { a: await connect(alice), a2: await connect(alice), b: await connect(bob), c: await connect(carol) };
    const { a, b, c } = clientsByName;
    assert.deepEqual(await a.ask('typing_start', { chatChannelId: id }), { ok: true });
    const typing = await b.see('user_typing', inChannel(id));
    assertShape('UserTypingEvent', typing);
    assert.equal(typing.userId, alice.id);
    assert.ok(typing.expiresInMs > 0);
    assert.deepEqual(await a.ask('typing_stop', { chatChannelId: id }), { ok: true });
    const stopped = await b.see('user_stopped_typing', inChannel(id));
    assert.equal(stopped.userId, alice.id);

    const fence = await a.send(id, 'fence');
    await b.see('new_message', ({ message }) => message.id === fence.message.id);
    for (const name of ['user_typing', 'user_stopped_typing']) {
      assert.deepEqual(a.all(name).filter(inChannel(id)), [], 'not to the sender');
      assert.deepEqual(c.all(name).filter(inChannel(id)), [], 'not to who is no member');
    }
  });

  const shortLived = (user, seconds) => {
    const now = Math.floor(Date.now() / 1000);
    return sign({ ...claimsOf(user.session.accessToken), iat: now, exp: now + seconds }, kSecret);
  };

  test('a token that expires on a live socket: a warning, then disconnected, then the end', async () => {
    const client = await connect({ session: { accessToken: shortLived(alice, 3) } }, { reconnection: false });
    const warning = await client.see('error');
    assertShape('ErrorEvent', warning);
    assertError(warning.error, 'auth.token_expired');
    assert.equal(client.all('disconnected').length, 0);
    const last = await client.see('disconnected');
    assertShape('DisconnectedEvent', last);
    assert.equal(last.code, 'auth.token_expired');
    await client.untilDisconnected();
  });

  test('refresh_token renews it in place', async () => {
    const client = await connect({ session: { accessToken: shortLived(alice, 3) } }, { reconnection: false });
    const ack = await client.ask('refresh_token', { token: alice.session.accessToken });
    assert.equal(ack.ok, true, JSON.stringify(ack));
    assert.equal(Date.parse(ack.expiresAt), claimsOf(alice.session.accessToken).exp * 1000);
    // A second socket with the same short life shows when the first would have ended.
    const other = await connect({ session: { accessToken: shortLived(alice, 3) } }, { reconnection: false });
    await other.see('disconnected');
    assert.equal(client.socket.connected, true);
    assert.deepEqual(client.all('disconnected'), []);
  });

  test('refresh_token with a token that is expired, broken or of somebody else is refused, and changes nothing', async () => {
    const client = await connect(alice);
    for (const [token, code] of [
      [shortLived(alice, -10), 'auth.token_expired'],
      ['x.y.z', 'auth.token_invalid'],
      [bob.session.accessToken, 'auth.token_invalid'],
      [alice.session.refreshToken, 'auth.token_invalid'],
    ]) {
      const ack = await client.ask('refresh_token', { token });
      assert.equal(ack.ok, false);
      assertError(ack.error, code);
    }
    assert.equal((await client.ask('typing_start', { chatChannelId: await createChannel(alice) })).ok, true);
  });

  test('events that come before the socket asks anything are not lost: joined channels by REST', async () => {
    const id = await createChannel(alice, { type: 'private', name: uniqueName() });
    const b = await connect(bob);
    await addMember(alice, id, bob);
    const a = await connect(alice);
    const { message } = await a.send(id, 'at once');
    await b.see('new_message', (event) => event.message.id === message.id);
  });

  test('SIGTERM: disconnected server.draining before the close, with times to come back that are spread', async () => {
    const own = await Hubbub.start();
    const user = await signUp(own.url);
    const connectOne = () => ChatClient.connect(own.url, user.session.accessToken, { reconnection: false });
    const clients = await Promise.all(Array.from({ length: 30 }, connectOne));
    await own.stop();
    const last = await Promise.all(clients.map((client) => client.see('disconnected')));
    for (const [i, event] of last.entries()) {
      assert.equal(event.code, 'server.draining');
      assert.ok(event.reconnectAfterMs >= 2000 && event.reconnectAfterMs <= 2060, `${event.reconnectAfterMs}`);
      await clients[i].untilDisconnected();
    }
    assert.ok(new Set(last.map(({ reconnectAfterMs }) => reconnectAfterMs)).size > 5);
  });

  for (const keepAlive of [true, false]) {
    test(`SIGTERM under load: clients that poll are told and their sends answered, ${keepAlive ? 'with' : 'without'} keep-alive`, async () => {
      const own = await Hubbub.start();
      const user = await signUp(own.url);
      const channel = await createChannel(user);
      const agent = new Agent({ keepAlive });
      const options = { transports: ['polling'], reconnection: false, agent };
      const clients = await Promise.all(Array.from({ length: 40 }, () => ChatClient.connect(own.url, user.session.accessToken, options)));
      let stopping = false;
      const unanswered = [];
      const keepSending = async (client) => {
        while (client.socket.connected && client.all('disconnected').length === 0) {
          const asked = stopping ? 'after' : 'before';
          const ack = await client.send(channel, 'x').catch(() => null);
          if (ack === null) unanswered.push(asked);
        }
      };
      const loops = clients.map(keepSending);
      await sleep(500);
      stopping = true;
      const stopped = own.stop();
      await Promise.all(clients.map((client) => client.see('disconnected', (event) => event.code === 'server.draining')));
      await stopped;
      clients.forEach((client) => client.close());
      await Promise.all(loops);
      agent.destroy();
      assert.deepEqual(unanswered.filter((asked) => asked === 'before'), []);
    });
  }

  test('more threads than 64: every one of them serves', async (t) => {
    const own = await Hubbub.start({ env: { HUBBUB_THREADS: '72' } });
    t.after(() => own.stop());
    const user = await signUp(own.url);
    const channel = await createChannel(user);
    const connectOne = () => ChatClient.connect(own.url, user.session.accessToken, { transports: ['polling'] });
    const clients = await Promise.all(Array.from({ length: 20 }, connectOne));
    for (const client of clients) assert.equal((await client.send(channel, 'x')).ok, true);
    clients.forEach((client) => client.close());
  });
});
