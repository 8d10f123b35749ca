// What was committed though the server never got the answer: rooms, sockets and broadcasts follow the database all the same.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Api, assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { Hubbub } from '../support/hubbub.js';
import { binary } from '../support/processes.js';
import { until } from '../support/wait.js';

/** In which what nobody tries again takes effect. */
const kNoticed = { timeoutMs: 15_000 };
/** The SQLSTATE of a statement that was cancelled. */
const kCancelled = '57014';

describe('a change whose answer is lost', () => {
  let store; // whose PostgreSQL it is
  let proxy;
  let hubbub;
  let owner;
  let member;
  let other;
  let clients; // by name
  let meeting; // a channel of all, to see that nothing else is on its way
  before(async () => {
    store = await Hubbub.start();
    proxy = await DatabaseProxy.start(store);
    hubbub = await Hubbub.start({ env: { DATABASE_URL: proxy.url, HUBBUB_LIMITS_REQUESTS_PER_SECOND: '0' } });
    [owner, member, other] = [await signUp(hubbub.url), await signUp(hubbub.url), await signUp(hubbub.url)];
    meeting = await createChannel(owner, { type: 'private', members: [member, other] }); // they know each other
    clients = { owner: await connect(owner), member: await connect(member), second: await connect(member), other: await connect(other) };
  });
  after(async () => {
    for (const client of Object.values(clients ?? {})) client.close();
    await hubbub?.stop();
    await proxy?.stop();
    await store?.stop();
  });

  const connect = ({ session }) => ChatClient.connect(hubbub.url, session.accessToken, { reconnection: false });
  const signIn = async ({ username, password }) => {
    const { body } = await new Api(hubbub.url).post('/auth/login', { username, password });
    return { session: body, api: new Api(hubbub.url, body.accessToken) };
  };
  const lose = async (statement, ask) => {
    const got = await proxy.loseAnswer(statement, ask);
    assertError(got.error ?? got.body?.error, 'server.unavailable');
  };
  /** That `client` sees, or does not see, what is written into `channel` from now on. */
  async function assertSees(client, channel, sees) {
    const content = randomUUID();
    await sendUntilTaken(channel, content);
    await clients.owner.see('new_message', (event) => event.message.content === content);
    const { message } = await sendUntilTaken(meeting, `after ${content}`);
    await client.see('new_message', (event) => event.message.id === message.id);
    assert.equal(client.all('new_message').some((event) => event.message.content === content), sees);
  }
  /** The connection that was cut may not be back yet. */
  const sendUntilTaken = (channel, content) => {
    const clientMessageId = randomUUID();
    return until('a send', async () => {
      const ack = await clients.owner.send(channel, content, { clientMessageId });
      return ack.ok && ack;
    });
  };
  /** Until the database can be asked again. */
  const again = (ask) =>
    until('an answer', async () => {
      const got = await ask();
      return (got.error ?? got.body?.error)?.code !== 'server.unavailable' && got;
    });
  const membersOf = (channel) => `/channels/${channel}/members`;

  test('a removal: after its retry nothing reaches who was removed, and the channel hears of it', async () => {
    const channel = await createChannel(owner, { type: 'private', members: [member] });
    await clients.member.see('channel_added', (event) => event.channel.chatChannelId === channel);
    await assertSees(clients.member, channel, true);
    const remove = () => owner.api.delete(`${membersOf(channel)}/${member.id}`);
    await lose('member_remove', remove);
    assertRefused(await again(remove), 404, 'user.not_found');
    await assertSees(clients.member, channel, false);
    await clients.member.see('channel_removed', (event) => event.chatChannelId === channel);
    await clients.owner.see('user_left', (event) => event.chatChannelId === channel && event.user.id === member.id);
  });

  test('a leave: the same', async () => {
    const channel = await createChannel(owner, { type: 'private', members: [member] });
    await assertSees(clients.second, channel, true);
    const leave = () => clients.member.ask('leave_channel', { chatChannelId: channel });
    await lose('member_remove', leave);
    assertError((await again(leave)).error, 'channel.not_found');
    for (const client of [clients.member, clients.second]) await assertSees(client, channel, false);
    await clients.second.see('channel_removed', (event) => event.chatChannelId === channel);
  });

  test('a join: after its retry all sockets are in the room', async () => {
    const channel = await createChannel(owner);
    const join = () => clients.member.ask('join_channel', { chatChannelId: channel });
    await lose('member_add', join);
    assert.equal((await again(join)).ok, true);
    for (const client of [clients.member, clients.second]) await assertSees(client, channel, true);
    await clients.second.see('channel_added', (event) => event.channel.chatChannelId === channel);
    await clients.owner.see('user_joined', (event) => event.chatChannelId === channel && event.user.id === member.id);
  });

  test('an added member: the same', async () => {
    const channel = await createChannel(owner, { type: 'private' });
    const add = () => owner.api.post(membersOf(channel), { userId: member.id });
    await lose('member_add', add);
    assert.equal((await again(add)).status, 201);
    await assertSees(clients.member, channel, true);
    await clients.member.see('channel_added', (event) => event.channel.chatChannelId === channel);
  });

  test('an addition that PostgreSQL is still at work on when the connection is lost: it is ended before its answer', async () => {
    const channel = await createChannel(owner, { type: 'private' });
    const [holder, watcher] = [await store.sql(), await store.sql()];
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM chat_channel_head WHERE "chatChannelId" = $1 FOR UPDATE', [channel]);
      const adding = owner.api.post(membersOf(channel), { userId: member.id });
      const waits = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%chat_add_or_invite%' AND wait_event_type = 'Lock'";
      const [{ pid }] = await until('the addition to wait', async () => (await watcher.query(waits)).rows.length > 0 && (await watcher.query(waits)).rows);
      proxy.cut();
      assertRefused(await adding, 503, 'server.unavailable');
      assert.equal((await watcher.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount, 0);
      await holder.query('ROLLBACK');
    } finally {
      await Promise.all([holder.end(), watcher.end()]);
    }
    const { body } = await again(() => owner.api.get(membersOf(channel)));
    assert.deepEqual(body.members.map(({ user }) => user.id), [owner.id]);
  });

  test('an answer that libpq has no memory for is lost as well, and no success', async () => {
    const channel = await createChannel(owner, { type: 'private' });
    const [holder, watcher] = [await store.sql(), await store.sql()];
    proxy.withoutState = kCancelled;
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM chat_channel_head WHERE "chatChannelId" = $1 FOR UPDATE', [channel]);
      const adding = owner.api.post(membersOf(channel), { userId: member.id });
      const cancel =
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%chat_add_or_invite%' AND wait_event_type = 'Lock'";
      await until('the addition to be cancelled', async () => (await watcher.query(cancel)).rowCount > 0);
      assertRefused(await adding, 503, 'server.unavailable');
    } finally {
      proxy.withoutState = undefined;
      await holder.query('ROLLBACK');
      await Promise.all([holder.end(), watcher.end()]);
    }
    const { body } = await again(() => owner.api.get(membersOf(channel)));
    assert.deepEqual(body.members.map(({ user }) => user.id), [owner.id]);
  });

  test("a stranger's invitation: its retry finds the same one, or that they are in meanwhile", async () => {
    const stranger = await signUp(hubbub.url);
    const channel = await createChannel(owner, { type: 'private' });
    const add = () => owner.api.post(membersOf(channel), { userId: stranger.id });
    await lose('member_add_or_invite', add);
    const { invitations } = (await again(() => stranger.api.get('/me/invitations'))).body;
    const retried = await again(add);
    assert.equal(retried.status, 202, retried.text);
    assert.deepEqual(invitations.map(({ id }) => id), [retried.body.invite.id]);
    assert.equal((await again(() => stranger.api.post('/invites/accept', { code: invitations[0].code }))).status, 200);
    assert.equal((await again(add)).status, 201);
  });

  test('a direct channel: both sides have it', async () => {
    const open = () => other.api.post('/channels', { type: 'direct', userId: owner.id });
    await lose('direct_open', open);
    const { status, body } = await again(open);
    assert.equal(status, 200);
    for (const client of [clients.owner, clients.other]) {
      await client.see('channel_added', (event) => event.channel.chatChannelId === body.channel.chatChannelId);
      await assertSees(client, body.channel.chatChannelId, true);
    }
  });

  const endings = {
    'a sign-out': ['session_revoke', (ended) => ended.api.post('/auth/logout'), 401, 'auth.revoked'],
    'the end of a session': ['session_revoke_of', (ended, by) => by.api.delete(`/auth/sessions/${ended.session.sessionId}`), 404, 'session.not_found'],
    'another password': [
      'session_change_password',
      (ended, by) => by.api.patch('/me', { password: `new ${by.password}`, currentPassword: by.password }),
      401,
      'auth.bad_credentials',
    ],
  };
  for (const [what, [statement, end, status, code]] of Object.entries(endings)) {
    test(`${what}: after its retry the session's sockets neither get nor send anything`, async (t) => {
      const user = await signUp(hubbub.url);
      const ended = await signIn(user);
      const client = await connect(ended);
      t.after(() => client.close());
      await lose(statement, () => end(ended, user));
      const retried = await again(() => end(ended, user));
      assert.equal(retried.body.error.code, code, JSON.stringify(retried.body));
      assert.equal(retried.status, status);
      await client.untilDisconnected(1_000);
      assert.equal(client.all('disconnected')[0].code, 'auth.revoked');
    });
  }

  test('nobody tries again: it takes effect before long all the same', async (t) => {
    const user = await signUp(hubbub.url);
    const ended = await signIn(user);
    const [kept, gone] = [await connect(user), await connect(ended)];
    t.after(() => [kept, gone].forEach((client) => client.close()));
    await createChannel(owner, { type: 'private', members: [user] }); // they know each other
    const [left, come] = [await createChannel(owner, { type: 'private', members: [user] }), await createChannel(owner, { type: 'private' })];
    await kept.see('channel_added', (event) => event.channel.chatChannelId === left);
    await lose('member_remove', () => owner.api.delete(`${membersOf(left)}/${user.id}`));
    await again(() => owner.api.get('/me'));
    await lose('member_add', () => owner.api.post(membersOf(come), { userId: user.id }));
    await again(() => user.api.get('/me'));
    await lose('session_revoke', () => ended.api.post('/auth/logout'));
    await kept.see('channel_removed', (event) => event.chatChannelId === left, kNoticed);
    await kept.see('channel_added', (event) => event.channel.chatChannelId === come, kNoticed);
    await gone.untilDisconnected(kNoticed.timeoutMs);
  });

  test("a channel's first message since the start: it is broadcast, tried again or not", async () => {
    const channel = await createChannel(owner, { members: [member] });
    await clients.member.see('channel_added', (event) => event.channel.chatChannelId === channel);
    await hubbub.program.stop();
    await hubbub.restart();
    for (const client of [clients.owner, clients.member, clients.second, clients.other]) {
      client.socket.connect();
      await client.untilConnected();
    }
    const clientMessageId = randomUUID();
    const send = () => clients.owner.send(channel, 'first', { clientMessageId });
    await lose('message_append_one', send);
    await clients.member.see('new_message', ({ message }) => message.clientMessageId === clientMessageId, kNoticed);
    assert.equal((await again(send)).deduplicated, true);
    const { body } = await owner.api.get(`/channels/${channel}`);
    assert.equal(body.state.unreadCount, 0, "one's own message is read");
  });

  test('a command of the operator: the member is in at once', async () => {
    const channel = await createChannel(owner, { type: 'private' });
    const env = { PATH: process.env.PATH, HUBBUB_DATA_DIR: store.dataDir };
    await promisify(execFile)(binary('hubbub'), ['channel', 'add-member', `${channel}`, member.username], { env });
    await clients.member.see('channel_added', (event) => event.channel.chatChannelId === channel, kNoticed);
    await assertSees(clients.member, channel, true);
    await clients.owner.see('user_joined', (event) => event.chatChannelId === channel && event.user.id === member.id);
  });

  test('a change that was looked at is not read for ever', async () => {
    const sql = await store.sql();
    const looks = async () =>
      (await sql.query("SELECT idx_scan::int looks, idx_tup_read::int read FROM pg_stat_user_indexes WHERE indexrelname = 'chat_channel_user_mapping_changed_idx'"))
        .rows[0];
    const readNothing = async () => {
      const before = await looks();
      await setTimeout(5_000);
      const { looks: made, read } = await looks();
      return made > before.looks && read === before.read;
    };
    await until('looks that read nothing', readNothing, { timeoutMs: 60_000 });
    await sql.end();
  });
});
