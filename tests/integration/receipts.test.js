import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient, Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { Hubbub } from '../support/hubbub.js';
import { randomOf } from '../support/random.js';
import { until } from '../support/wait.js';

describe('read and delivered marks', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  before(async () => ({ hubbub, users: [alice, bob] } = await suite.start({ users: 2 })));
  after(() => suite.stop());
  const { connect } = suite;

  /** A channel with a message of Alice for each of `contents`. */
  async function scene(...contents) {
    const id = await createChannel(alice, { members: [bob] });
    const [a, b] = [await connect(alice), await connect(bob)];
    const messages = [];
    for (const content of contents) messages.push((await a.send(id, content)).message);
    return { id, a, b, messages };
  }

  const stateOf = async (user, id) => (await user.api.get(`/channels/${id}`)).body.state;
  const read = (client, chatChannelId, messageId) => client.ask('mark_as_read', { chatChannelId, messageId });
  const delivered = (client, chatChannelId, messageId) => client.ask('mark_as_delivered', { chatChannelId, messageId });
  const by = (id, userId) => (event) => event.chatChannelId === id && event.userId === userId;

  test('mark_as_read until: the ack, the channel, and every route say the same at once', async () => {
    const { id, a, b, messages } = await scene('one', 'two', 'three');
    assert.equal((await stateOf(bob, id)).unreadCount, 3);
    const ack = await read(b, id, messages[1].id);
    assert.deepEqual(ack, { ok: true, lastReadMessageId: messages[1].id, unreadCount: 1 });
    const state = await stateOf(bob, id);
    assert.equal(state.unreadCount, 1);
    assert.equal(state.lastReadMessageId, messages[1].id);
    const listed = (await bob.api.get('/channels?limit=100')).body.channels.find((one) => one.chatChannelId === id);
    assert.deepEqual(listed, state);
    const again = await connect(bob);
    assert.deepEqual(again.all('connected')[0].channels.find((one) => one.chatChannelId === id), state);

    const event = await a.see('messages_read', by(id, bob.id));
    assertShape('MessagesReadEvent', event);
    assert.equal(event.lastReadMessageId, messages[1].id);
    assert.deepEqual(await stateOf(bob, id), state, 'the same from the database');
  });

  test('join_channel tells where the members have come, after a reload too', async () => {
    const { id, a, b, messages } = await scene('one', 'two', 'three');
    await read(b, id, messages[0].id);
    await delivered(b, id, messages[1].id);
    const { positions } = await until('the mark of what Alice wrote', async () => {
      const ack = await a.ask('join_channel', { chatChannelId: id });
      return ack.positions.find(({ userId }) => userId === alice.id).lastReadMessageId === messages[2].id && ack;
    });
    assert.deepEqual(positions.find(({ userId }) => userId === bob.id), {
      userId: bob.id,
      lastReadMessageId: messages[0].id,
      lastDeliveredMessageId: messages[1].id,
    });
    const empty = await createChannel(alice, { members: [bob] });
    const fresh = (await b.ask('join_channel', { chatChannelId: empty })).positions;
    assert.deepEqual(fresh.map(({ lastReadMessageId }) => lastReadMessageId), [null, null]);

    const sql = await hubbub.sql();
    await sql.query('INSERT INTO chat_user (username, "displayName") SELECT \'crowd-\' || n, \'x\' FROM generate_series(1, 255) n');
    await sql.query('INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId") SELECT $1, id FROM chat_user WHERE username LIKE \'crowd-%\'', [empty]);
    await sql.end();
    assert.equal('positions' in (await b.ask('join_channel', { chatChannelId: empty })), false, 'a channel of more than 256');
  });

  test('what is acknowledged as read is read after kill -9 of the server and its database', async () => {
    const own = await Hubbub.start({ env: { HUBBUB_JWT_SECRET: 'a secret that outlives the server, for HS256' } });
    const [writer, reader] = [await signUp(own.url), await signUp(own.url)];
    const id = await createChannel(writer, { members: [reader] });
    const [w, r] = [await ChatClient.connect(own.url, writer.session.accessToken), await ChatClient.connect(own.url, reader.session.accessToken)];
    const { message } = await w.send(id, 'one');
    assert.equal((await read(r, id, message.id)).unreadCount, 0);
    const [pid] = readFileSync(path.join(own.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await own.kill9();
    [w, r].forEach((client) => client.close());
    await own.restart();
    assert.equal((await stateOf(reader, id)).unreadCount, 0);
    await own.stop();
  });

  test('marks never move back', async () => {
    const { id, b, messages } = await scene('one', 'two', 'three');
    await read(b, id, messages[2].id);
    assert.deepEqual(await read(b, id, messages[0].id), {
      ok: true,
      lastReadMessageId: messages[2].id,
      unreadCount: 0,
    });
    await b.see('messages_read', by(id, bob.id));
    assert.equal((await read(b, id, messages[1].id)).lastReadMessageId, messages[2].id);
    assert.equal((await delivered(b, id, messages[0].id)).lastDeliveredMessageId, messages[2].id, 'read is delivered');
    assert.equal((await stateOf(bob, id)).unreadCount, 0);
  });

  test('several messages at once: up to the latest of them; a mark beyond the head or elsewhere is refused', async () => {
    const { id, b, messages } = await scene('one', 'two', 'three');
    const ids = messages.map((message) => message.id);
    const ack = await b.ask('mark_as_read', { chatChannelId: id, messageIds: [ids[1], ids[0], ids[1]] });
    assert.deepEqual(ack, { ok: true, lastReadMessageId: ids[1], unreadCount: 1 });
    const other = await scene('elsewhere');
    for (const messageId of [ids[2] + 1_000_000, other.messages[0].id]) {
      assertError((await read(b, id, messageId)).error, 'message.not_found');
      assertError((await delivered(b, id, messageId)).error, 'message.not_found');
      const batch = await b.ask('mark_as_read', { chatChannelId: id, messageIds: [ids[2], messageId] });
      assertError(batch.error, 'message.not_found');
    }
    assert.equal((await stateOf(bob, id)).unreadCount, 1);
  });

  test('mark_as_delivered moves its own mark, and nothing is read by it', async () => {
    const { id, a, b, messages } = await scene('one', 'two');
    assert.deepEqual(await delivered(b, id, messages[0].id), { ok: true, lastDeliveredMessageId: messages[0].id });
    const ack = await b.ask('mark_as_delivered', { chatChannelId: id, messageIds: messages.map((message) => message.id) });
    assert.equal(ack.lastDeliveredMessageId, messages[1].id);
    const event = await a.see('messages_delivered', (e) => by(id, bob.id)(e) && e.lastDeliveredMessageId === messages[1].id);
    assertShape('MessagesDeliveredEvent', event);
    assert.equal((await stateOf(bob, id)).unreadCount, 2);
    assert.deepEqual(a.all('messages_read').filter(by(id, bob.id)), []);
  });

  test('many marks of one member are told a few times', async () => {
    const { id, a, b, messages } = await scene(...Array.from({ length: 30 }, (_, i) => `${i}`));
    await Promise.all(messages.map((message) => read(b, id, message.id)));
    await a.see('messages_read', (event) => event.lastReadMessageId === messages.at(-1).id);
    assert.ok(a.all('messages_read').filter(by(id, bob.id)).length < 15);
  });

  test('whoever sends has read what is before, and does not count their own', async () => {
    const { id, a, b } = await scene('one', 'two');
    const { message } = await b.send(id, 'an answer');
    const state = await stateOf(bob, id);
    assert.equal(state.unreadCount, 0);
    assert.equal(state.lastReadMessageId, message.id);
    assert.equal((await stateOf(alice, id)).unreadCount, 1);
    await a.send(id, 'three');
    assert.equal((await stateOf(bob, id)).unreadCount, 1);
  });

  test('for each message it is noted who has got and read it', async () => {
    const { id, a, b, messages } = await scene('one', 'two', 'three');
    await delivered(b, id, messages[2].id);
    await read(b, id, messages[1].id);
    await a.see('messages_read', by(id, bob.id));
    const sql = await hubbub.sql();
    try {
      const { rows } = await sql.query(
        `SELECT "messageId"::int AS id, "userId"::int AS "userId", "deliveredAt" IS NOT NULL AS delivered, "readAt" IS NOT NULL AS read
         FROM chat_message_status WHERE "messageId" = ANY ($1) ORDER BY "messageId"`,
        [messages.map((message) => message.id)],
      );
      const noted = (i, isRead) => ({ id: messages[i].id, userId: bob.id, delivered: true, read: isRead });
      assert.deepEqual(rows, [noted(0, true), noted(1, true), noted(2, false)]);
    } finally {
      await sql.end();
    }
  });

  test('REST: who has got and read a message', async () => {
    const carol = await signUp(hubbub.url);
    const { id, a, b, messages } = await scene('one', 'two');
    const [one, two] = messages.map((message) => `/channels/${id}/messages/${message.id}/receipts`);
    assert.deepEqual((await alice.api.get(one)).body, { receipts: [], nextCursor: null });
    await alice.api.post(`/channels/${id}/members`, { userId: carol.id });
    await delivered(b, id, messages[1].id);
    await read(b, id, messages[0].id);
    await a.see('messages_read', by(id, bob.id));
    const { receipts } = (await bob.api.get(one)).body;
    assert.deepEqual(receipts.map(({ user, read: isRead }) => [user.id, isRead]), [[bob.id, true]], 'who came later is not named');
    for (const time of [receipts[0].deliveredAt, receipts[0].readAt]) assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
    const [later] = (await alice.api.get(two)).body.receipts;
    assert.deepEqual([later.user.id, later.read, later.readAt], [bob.id, false, null]);

    const { message } = await a.send(id, 'three');
    const c = await connect(carol);
    await Promise.all([read(b, id, message.id), read(c, id, message.id)]);
    await Promise.all([a.see('messages_read', by(id, carol.id)), a.see('messages_read', by(id, bob.id))]);
    const three = `/channels/${id}/messages/${message.id}/receipts`;
    await until('both', async () => (await alice.api.get(three)).body.receipts.length === 2);
    const page = (await alice.api.get(`${three}?limit=1`)).body;
    assert.equal(page.receipts[0].user.id, bob.id);
    const rest = (await alice.api.get(`${three}?limit=1&cursor=${page.nextCursor}`)).body;
    assert.deepEqual([rest.receipts[0].user.id, rest.nextCursor], [carol.id, null]);
    assertRefused(await alice.api.get(`${three}?limit=101`), 400, 'validation.range', 'limit');
    assertRefused(await alice.api.get(`${three}?cursor=!`), 400, 'validation.format', 'cursor');
    assertRefused(await alice.api.get(`/channels/${id}/messages/999999999/receipts`), 404, 'message.not_found');
  });

  test('REST: GET and PUT read-state', async () => {
    const { id, b, messages } = await scene('one', 'two');
    const path = `/channels/${id}/read-state`;
    const put = (body) => bob.api.call('PUT', path, body);
    const before = await bob.api.get(path);
    assertShape('ReadState', before.body);
    assert.deepEqual(before.body, { chatChannelId: id, lastReadMessageId: null, unreadCount: 2, lastDeliveredMessageId: null });
    const { status, body } = await put({ messageId: messages[0].id });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      chatChannelId: id,
      lastReadMessageId: messages[0].id,
      unreadCount: 1,
      lastDeliveredMessageId: messages[0].id,
    });
    assert.deepEqual((await bob.api.get(path)).body, body);
    await b.see('messages_read', by(id, bob.id));
    assertRefused(await put({}), 400, 'validation.missing', 'messageId');
    assertRefused(await put({ messageId: 'x' }), 400, 'validation.type', 'messageId');
    assertRefused(await put({ messageId: messages[1].id + 1_000_000 }), 404, 'message.not_found');
  });

  test('unreadCount equals a recount after a random history, at every moment', async (t) => {
    const users = [alice, bob, await signUp(hubbub.url)];
    const id = await createChannel(alice, { members: users.slice(1) });
    const sockets = [];
    for (const user of users) sockets.push(await connect(user));
    const model = users.map(() => 0); // how many of the messages each has read
    const messages = [];
    const random = randomOf(t);
    for (let step = 0; step < 80; ++step) {
      const who = random(3);
      if (messages.length === 0 || random(2) === 0) {
        messages.push((await sockets[who].send(id, `${step}`)).message.id);
        model[who] = messages.length;
      } else {
        const place = random(messages.length);
        const ack = await read(sockets[who], id, messages[place]);
        model[who] = Math.max(model[who], place + 1);
        assert.equal(ack.unreadCount, messages.length - model[who]);
        assert.equal(ack.lastReadMessageId, messages[model[who] - 1]);
      }
      const other = random(3);
      assert.equal((await stateOf(users[other], id)).unreadCount, messages.length - model[other], `step ${step}`);
    }
  });

  test('after a leave and a return, what was written before is read', async () => {
    const { id, a, b, messages } = await scene('one', 'two');
    await read(b, id, messages[0].id);
    await b.ask('leave_channel', { chatChannelId: id });
    assertError((await read(b, id, messages[1].id)).error, 'channel.not_a_member');
    await a.send(id, 'three');
    await b.ask('join_channel', { chatChannelId: id });
    assert.equal((await stateOf(bob, id)).unreadCount, 0);
    await a.send(id, 'four');
    assert.equal((await stateOf(bob, id)).unreadCount, 1);
  });

  test('a mark that was acknowledged just before SIGTERM is kept', async () => {
    const own = await Hubbub.start();
    const [one, two] = [await signUp(own.url), await signUp(own.url)];
    const id = await createChannel(one, { members: [two] });
    const a = await ChatClient.connect(own.url, one.session.accessToken, { reconnection: false });
    const b = await ChatClient.connect(own.url, two.session.accessToken, { reconnection: false });
    const { message } = await a.send(id, 'one');
    await a.send(id, 'two');
    assert.equal((await read(b, id, message.id)).unreadCount, 1);
    await own.program.stop();
    await own.restart();
    assert.equal((await stateOf(two, id)).unreadCount, 1);
    assert.equal((await stateOf(two, id)).lastReadMessageId, message.id);
    assert.equal((await stateOf(one, id)).unreadCount, 0);
    await own.stop();
  });
});
