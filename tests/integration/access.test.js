import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Api, assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { lockWaiters } from '../support/lock-waiters.js';
import { until } from '../support/wait.js';

describe('access', () => {
  let hubbub;
  let owner;
  let member;
  let stranger;
  let o; // the owner's socket
  let m; // the member's
  let s; // the stranger's
  let secret; // a private channel of owner and member
  let open; // a public channel of the same
  let ofStranger; // the stranger's own channel
  const messages = {}; // channel → the id of a message there
  before(async () => {
    const limits = { HUBBUB_LIMITS_EVENTS_PER_SECOND: '0', HUBBUB_LIMITS_REQUESTS_PER_SECOND: '0' };
    hubbub = await Hubbub.start({ env: { ...limits, HUBBUB_DATABASE_CONNECTIONS: '12' } }); // enough for reads that are held up
    [owner, member, stranger] = [await signUp(hubbub.url), await signUp(hubbub.url), await signUp(hubbub.url)];
    secret = await createChannel(owner, { type: 'private', members: [member] });
    open = await createChannel(owner, { members: [member] });
    ofStranger = await createChannel(stranger);
    const connect = (user) => ChatClient.connect(hubbub.url, user.session.accessToken);
    [o, m, s] = [await connect(owner), await connect(member), await connect(stranger)];
    for (const id of [secret, open]) messages[id] = (await o.send(id, `secret of ${id}`)).message.id;
    messages[ofStranger] = (await s.send(ofStranger, 'own')).message.id;
  });
  after(async () => {
    for (const client of [o, m, s]) client?.close();
    await hubbub?.stop();
  });

  const kNowhere = 999_999_999;

  /** Every route and event that names a channel: what it is called and how `user` asks it of channel `id`. */
  const routes = {
    'GET channel': (user, id) => user.api.get(`/channels/${id}`),
    'GET members': (user, id) => user.api.get(`/channels/${id}/members`),
    'POST member (oneself)': (user, id) => user.api.post(`/channels/${id}/members`, { userId: user.id }),
    'POST member (another)': (user, id) => user.api.post(`/channels/${id}/members`, { userId: owner.id, role: 'owner' }),
    'PATCH channel': (user, id) => user.api.patch(`/channels/${id}`, { topic: 'x' }),
    'PATCH channel (archive)': (user, id) => user.api.patch(`/channels/${id}`, { archived: true }),
    'PATCH member': (user, id) => user.api.patch(`/channels/${id}/members/${owner.id}`, { role: 'member' }),
    'PATCH member (oneself)': (user, id) => user.api.patch(`/channels/${id}/members/${user.id}`, { role: 'owner' }),
    'POST invite': (user, id) => user.api.post(`/channels/${id}/invites`, {}),
    'GET invites': (user, id) => user.api.get(`/channels/${id}/invites`),
    'DELETE invite': (user, id) => user.api.delete(`/channels/${id}/invites/1`),
    'PUT mute': (user, id) => user.api.put(`/channels/${id}/mute`, { mutedUntil: '2999-01-01T00:00:00Z' }),
    'DELETE mute': (user, id) => user.api.delete(`/channels/${id}/mute`),
    'DELETE member': (user, id) => user.api.delete(`/channels/${id}/members/${owner.id}`),
    'DELETE member (oneself)': (user, id) => user.api.delete(`/channels/${id}/members/${user.id}`),
    'GET messages': (user, id) => user.api.get(`/channels/${id}/messages`),
    'GET messages before': (user, id) => user.api.get(`/channels/${id}/messages?before=${messages[id] ?? 1}`),
    'GET messages at': (user, id) => user.api.get(`/channels/${id}/messages?at=2020-01-01T00:00:00Z`),
    'GET replies': (user, id) => user.api.get(`/channels/${id}/messages/${messages[id] ?? 1}/replies`),
    'GET receipts': (user, id) => user.api.get(`/channels/${id}/messages/${messages[id] ?? 1}/receipts`),
    'GET search': (user, id) => user.api.get(`/search?query=secret&chatChannelId=${id}`),
    'GET read-state': (user, id) => user.api.get(`/channels/${id}/read-state`),
    'PUT read-state': (user, id) => user.api.put(`/channels/${id}/read-state`, { messageId: messages[id] ?? 1 }),
    'GET message': (user, id) => user.api.get(`/channels/${id}/messages/${messages[id] ?? 1}`),
  };
  const events = {
    join_channel: (id) => ({ chatChannelId: id }),
    'join_channel with lastEventSeq': (id) => ({ chatChannelId: id, lastEventSeq: 0 }),
    leave_channel: (id) => ({ chatChannelId: id }),
    send_message: (id) => ({ chatChannelId: id, content: 'x', clientMessageId: randomUUID() }),
    edit_message: (id) => ({ chatChannelId: id, messageId: messages[id] ?? 1, content: 'x' }),
    delete_message: (id) => ({ chatChannelId: id, messageId: messages[id] ?? 1 }),
    add_reaction: (id) => ({ chatChannelId: id, messageId: messages[id] ?? 1, reaction: '👍' }),
    remove_reaction: (id) => ({ chatChannelId: id, messageId: messages[id] ?? 1, reaction: '👍' }),
    mark_as_read: (id) => ({ chatChannelId: id, messageId: messages[id] ?? 1 }),
    'mark_as_read of several': (id) => ({ chatChannelId: id, messageIds: [messages[id] ?? 1] }),
    mark_as_delivered: (id) => ({ chatChannelId: id, messageId: messages[id] ?? 1 }),
    get_history: (id) => ({ chatChannelId: id }),
    'get_history around': (id) => ({ chatChannelId: id, around: messages[id] ?? 1 }),
    'get_history at': (id) => ({ chatChannelId: id, at: '2020-01-01T00:00:00Z' }),
    typing_start: (id) => ({ chatChannelId: id }),
    typing_stop: (id) => ({ chatChannelId: id }),
    'get_presence of a channel': (id) => ({ chatChannelId: id }),
  };
  const ask = (client, name, id) => client.ask(name.split(' ')[0], events[name](id));

  for (const [name, route] of Object.entries(routes)) {
    test(`${name} of a private channel: channel.not_found, as if it did not exist`, async () => {
      const answer = await route(stranger, secret);
      assertRefused(answer, 404, 'channel.not_found');
      assert.deepEqual(answer.body, (await route(stranger, kNowhere)).body);
      assert.doesNotMatch(answer.text, /secret of/);
    });

    test(`${name} without a token: 401`, async () => {
      assertRefused(await route({ id: 1, api: new Api(hubbub.url) }, open), 401, 'auth.token_missing');
    });
  }

  for (const name of Object.keys(events)) {
    test(`${name} in a private channel: channel.not_found, as if it did not exist`, async () => {
      const ack = await ask(s, name, secret);
      assert.equal(ack.ok, false);
      assertError(ack.error, 'channel.not_found');
      assert.deepEqual(ack, await ask(s, name, kNowhere));
    });
  }

  for (const name of Object.keys(events).filter((event) => !event.startsWith('join_channel'))) {
    test(`${name} in a public channel by a non-member: channel.not_a_member`, async () => {
      const ack = await ask(s, name, open);
      assert.equal(ack.ok, false);
      assertError(ack.error, 'channel.not_a_member');
    });
  }

  for (const name of ['GET messages', 'GET messages before', 'GET messages at', 'GET message', 'GET replies', 'GET receipts', 'GET search', 'GET read-state', 'PUT read-state', 'DELETE member', 'POST member (another)', 'PATCH channel', 'PATCH channel (archive)', 'PATCH member', 'PATCH member (oneself)', 'POST invite', 'GET invites', 'DELETE invite', 'PUT mute', 'DELETE mute']) {
    test(`${name} of a public channel by a non-member: channel.not_a_member`, async () => {
      assertRefused(await routes[name](stranger, open), 403, 'channel.not_a_member');
    });
  }

  test('a non-member sees a public channel, without a state', async () => {
    const { status, body } = await stranger.api.get(`/channels/${open}`);
    assert.equal(status, 200);
    assert.equal(body.state, null);
  });

  test('resume of channels that are not one’s own tells nothing of them', async () => {
    const ack = await s.ask('resume', { channels: { [secret]: 0, [open]: 0, [kNowhere]: 0, [ofStranger]: 0 } });
    assert.doesNotMatch(JSON.stringify(ack), /secret of/);
    if (!ack.ok) return assertError(ack.error, 'channel.');
    assert.ok(ack.channels[ofStranger].events.length > 0, 'its own is there');
    for (const id of [secret, open, kNowhere]) assert.notEqual(ack.channels[id]?.recovered, true);
    assert.deepEqual(ack.channels[secret], ack.channels[kNowhere]);
  });

  test('nothing of a foreign channel reaches a socket', async () => {
    await o.send(secret, 'whisper');
    await o.send(open, 'aloud');
    await o.ask('typing_start', { chatChannelId: open });
    const { message } = await s.send(ofStranger, 'fence');
    await s.see('new_message', (event) => event.message.id === message.id);
    const foreign = s.events.filter(({ data }) => [secret, open].includes(data?.chatChannelId));
    assert.deepEqual(foreign, []);
  });

  test('a message id of another channel under one’s own: message.not_found', async () => {
    assertRefused(await stranger.api.get(`/channels/${ofStranger}/messages/${messages[secret]}`), 404, 'message.not_found');
    for (const path of ['replies', 'receipts']) {
      assertRefused(await stranger.api.get(`/channels/${ofStranger}/messages/${messages[secret]}/${path}`), 404, 'message.not_found');
    }
    assertRefused(await stranger.api.put(`/channels/${ofStranger}/read-state`, { messageId: messages[secret] }), 404, 'message.not_found');
    const messageId = messages[secret];
    for (const [event, fields] of [
      ...['before', 'after', 'around'].map((direction) => ['get_history', { [direction]: messageId }]),
      ['edit_message', { messageId, content: 'mine now' }],
      ['delete_message', { messageId }],
      ['add_reaction', { messageId, reaction: '👍' }],
      ['remove_reaction', { messageId, reaction: '👍' }],
      ...['mark_as_read', 'mark_as_delivered'].flatMap((mark) => [[mark, { messageId }], [mark, { messageIds: [messageId] }]]),
    ]) {
      assertError((await s.ask(event, { chatChannelId: ofStranger, ...fields })).error, 'message.not_found');
    }
    assert.equal((await owner.api.get(`/channels/${secret}/messages/${messageId}`)).body.message.content, `secret of ${secret}`);
  });

  test('a parent in another channel: message.not_found', async () => {
    for (const parentMessageId of [messages[secret], messages[open], kNowhere]) {
      const ack = await s.send(ofStranger, 'reply', { parentMessageId });
      assertError(ack.error, 'message.not_found');
    }
  });

  test('a private channel is not in browse, nor in the list of others', async () => {
    const { body: channel } = await owner.api.get(`/channels/${secret}`);
    const browsed = await stranger.api.get(`/channels/browse?query=${channel.channel.name}`);
    assert.deepEqual(browsed.body.channels, []);
    const { body } = await stranger.api.get('/channels');
    assert.deepEqual(body.channels.map(({ chatChannelId }) => chatChannelId), [ofStranger]);
  });

  test('roles: a member adds nobody to a private channel, removes nobody, gives no role above its own', async () => {
    const add = (user, id, body) => user.api.post(`/channels/${id}/members`, body);
    assertRefused(await add(member, secret, { userId: stranger.id }), 403, 'role.forbidden');
    assertRefused(await add(member, open, { userId: stranger.id, role: 'admin' }), 403, 'role.forbidden');
    assertRefused(await add(member, open, { userId: stranger.id, role: 'owner' }), 403, 'role.forbidden');
    for (const id of [secret, open]) {
      assertRefused(await member.api.delete(`/channels/${id}/members/${owner.id}`), 403, 'role.forbidden');
    }
    const { body } = await owner.api.get(`/channels/${secret}/members`);
    assert.equal(body.members.length, 2);
  });

  /** A channel in which `member` was, and is not any more when `end` has answered. */
  const endings = {
    'removed by the owner': async (id) => {
      assert.equal((await owner.api.delete(`/channels/${id}/members/${member.id}`)).status, 204);
    },
    'left by REST': async (id) => {
      assert.equal((await member.api.delete(`/channels/${id}/members/${member.id}`)).status, 204);
    },
    'left by socket': async (id) => {
      assert.equal((await m.ask('leave_channel', { chatChannelId: id })).ok, true);
    },
  };
  for (const [how, end] of Object.entries(endings)) {
    test(`${how}: nothing of the channel arrives after the answer, on no socket of the user`, async () => {
      const id = await createChannel(owner, { type: 'private', members: [member] });
      const second = await ChatClient.connect(hubbub.url, member.session.accessToken, { transports: ['polling'] });
      let ended = false;
      const chatter = (async () => {
        while (!ended) await o.send(id, 'during');
      })();
      try {
        await m.see('new_message', (event) => event.chatChannelId === id);
        await end(id);
        await o.send(id, 'after the end');
      } finally {
        ended = true;
        await chatter;
      }
      await o.ask('typing_start', { chatChannelId: id });

      const { message } = await o.send(open, `fence ${how}`);
      for (const client of [m, second]) {
        await client.see('new_message', (event) => event.message.id === message.id);
        const contents = client.all('new_message').filter((event) => event.chatChannelId === id);
        assert.ok(contents.every(({ message: { content } }) => content === 'during'));
        assert.deepEqual(client.all('user_typing').filter((event) => event.chatChannelId === id), []);
      }
      assertError((await m.ask('get_history', { chatChannelId: id })).error, 'channel.not_found');
      assertError((await m.send(id, 'still?')).error, 'channel.not_found');
      const resumed = await m.ask('resume', { channels: { [id]: 0 } });
      assert.doesNotMatch(JSON.stringify(resumed), /during|after the end/);
      assertRefused(await member.api.get(`/channels/${id}/messages`), 404, 'channel.not_found');
      second.close();
    });
  }

  test('asked for before the removal: not answered with anything of the channel after it', async () => {
    const id = await createChannel(owner, { type: 'private', members: [member] });
    const { message } = await m.send(id, 'written before');
    const sql = await hubbub.sql();
    await sql.query('BEGIN; LOCK TABLE chat_message_reaction'); // what reads messages waits, what changes memberships does not
    const events = [
      m.ask('get_history', { chatChannelId: id }),
      m.ask('edit_message', { chatChannelId: id, messageId: message.id, content: 'edited' }),
    ];
    const requests = ['', `/${message.id}`, `?around=${message.id}`].map((path) => member.api.get(`/channels/${id}/messages${path}`));
    await until('all to be read', async () => (await lockWaiters(sql)) === events.length + requests.length);
    await endings['removed by the owner'](id);
    await sql.query('COMMIT');
    await sql.end();
    for (const ack of await Promise.all(events)) assertError(ack.error, 'channel.not_found');
    for (const answer of await Promise.all(requests)) assertRefused(answer, 404, 'channel.not_found');
  });

  test('a removed member who comes back by a new connection is in no room of it', async () => {
    const id = await createChannel(owner, { type: 'private', members: [member] });
    await owner.api.delete(`/channels/${id}/members/${member.id}`);
    const back = await ChatClient.connect(hubbub.url, member.session.accessToken);
    assert.equal(back.all('connected')[0].channels.some(({ chatChannelId }) => chatChannelId === id), false);
    await o.send(id, 'not for all');
    const { message } = await o.send(open, 'fence for the newcomer');
    await back.see('new_message', (event) => event.message.id === message.id);
    assert.deepEqual(back.all('new_message').filter((event) => event.chatChannelId === id), []);
    back.close();
  });
});
