import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, signUp } from '../support/api.js';
import { Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';

describe('direct channels', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  let carol;
  before(async () => {
    ({ hubbub, users: [alice, carol] } = await suite.start({ users: 2 }));
    bob = await signUp(hubbub.url, undefined, { displayName: 'Bob B.' });
  });
  after(() => suite.stop());
  const { connect } = suite;
  const open = (user, other) => user.api.post('/channels', { type: 'direct', userId: other.id });

  test('made once, for both, who are in its room at once; each sees the other', async () => {
    const [a, b, c] = [await connect(alice), await connect(bob), await connect(carol)];
    const { status, body } = await open(alice, bob);
    assert.equal(status, 201, JSON.stringify(body));
    assertShape('Channel', body.channel);
    assertShape('ChannelState', body.state);
    const id = body.channel.chatChannelId;
    assert.deepEqual([body.channel.type, body.channel.name, body.channel.memberCount], ['direct', 'Bob B.', 2]);
    assert.deepEqual(body.state.peer, { id: bob.id, username: bob.username, displayName: 'Bob B.' });
    for (const [client, peer] of [[a, bob], [b, alice]]) {
      const { channel } = await client.see('channel_added', (event) => event.channel.chatChannelId === id);
      assert.equal(channel.peer.id, peer.id);
      assert.equal(channel.role, 'member');
    }
    await b.send(id, 'hello');
    await a.see('new_message', (event) => event.chatChannelId === id);

    const again = await bob.api.post('/channels', { type: 'direct', username: alice.username.toUpperCase() });
    assert.equal(again.status, 200);
    assert.equal(again.body.channel.chatChannelId, id);
    assert.equal(again.body.state.name, alice.username);
    assert.equal((await open(alice, bob)).status, 200);
    assert.equal(a.all('channel_added').length, 1);

    const { body: listed } = await bob.api.get('/channels');
    const state = listed.channels.find(({ chatChannelId }) => chatChannelId === id);
    assert.deepEqual([state.name, state.peer.id], [alice.username, alice.id]);
    const connected = (await connect(bob)).all('connected')[0].channels.find(({ chatChannelId }) => chatChannelId === id);
    assert.deepEqual(connected.peer, state.peer);
    assert.deepEqual(c.all('channel_added'), []);
    assert.deepEqual(c.all('new_message'), []);
  });

  test('many at once from both sides make one a pair', async () => {
    const user = await signUp(hubbub.url);
    const others = [];
    for (let i = 0; i < 12; ++i) others.push(await signUp(hubbub.url));
    const rounds = others.map((other) => Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? open(user, other) : open(other, user)))));
    for (const answers of await Promise.all(rounds)) {
      assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(9).fill(200), 201]);
      assert.equal(new Set(answers.map(({ body }) => body.channel.chatChannelId)).size, 1);
    }
  });

  test('no stranger sees it, joins it or learns that it is there', async () => {
    const { body } = await open(alice, bob);
    const id = body.channel.chatChannelId;
    const client = await connect(carol);
    assertError((await client.ask('join_channel', { chatChannelId: id })).error, 'channel.not_found');
    assertError((await client.send(id, 'x')).error, 'channel.not_found');
    for (const path of [`/channels/${id}`, `/channels/${id}/members`, `/channels/${id}/messages`]) {
      assertRefused(await carol.api.get(path), 404, 'channel.not_found');
    }
    const browsed = await carol.api.get('/channels/browse');
    assert.ok(browsed.body.channels.every(({ type }) => type === 'public'));
  });

  test('it stays what it is: nobody is added, removed, renamed, archived, promoted, and nobody leaves', async () => {
    const { body } = await open(alice, bob);
    const id = body.channel.chatChannelId;
    const client = await connect(alice);
    for (const answer of [
      await alice.api.post(`/channels/${id}/members`, { userId: carol.id }),
      await alice.api.delete(`/channels/${id}/members/${bob.id}`),
      await alice.api.delete(`/channels/${id}/members/${alice.id}`),
      await alice.api.patch(`/channels/${id}/members/${bob.id}`, { role: 'admin' }),
      await alice.api.patch(`/channels/${id}/members/${alice.id}`, { role: 'owner' }),
      await alice.api.patch(`/channels/${id}`, { topic: 'x' }),
      await alice.api.patch(`/channels/${id}`, { archived: true }),
    ]) {
      assertRefused(answer, 403, 'role.forbidden');
    }
    assertError((await client.ask('leave_channel', { chatChannelId: id })).error, 'role.forbidden');
    const other = await connect(bob);
    const { message } = await other.send(id, 'mine');
    assertError((await client.ask('delete_message', { chatChannelId: id, messageId: message.id })).error, 'role.forbidden');
  });

  for (const [name, body, status, code, field] of [
    ['nobody', {}, 400, 'validation.missing', 'userId'],
    ['a userId of text', { userId: '1' }, 400, 'validation.type', 'userId'],
    ['a userId of 0', { userId: 0 }, 400, 'validation.range', 'userId'],
    ['a userId of 2^53', { userId: 2 ** 53 }, 400, 'validation.range', 'userId'],
    ['a username that is a number', { username: 1 }, 400, 'validation.type', 'username'],
    ['somebody who does not exist', { userId: 999_999_999 }, 404, 'user.not_found'],
    ['a name that nobody has', { username: 'nobody-of-that-name' }, 404, 'user.not_found'],
  ]) {
    test(`with ${name}: ${code}`, async () => {
      assertRefused(await alice.api.post('/channels', { type: 'direct', ...body }), status, code, field);
    });
  }

  test('with oneself: validation.format', async () => {
    assertRefused(await open(alice, alice), 400, 'validation.format', 'userId');
  });
});
