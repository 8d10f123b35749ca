import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addMember, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';

describe('channels', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  let carol;
  before(async () => ({ hubbub, users: [alice, bob, carol] } = await suite.start({ users: 3 })));
  after(() => suite.stop());
  const { connect } = suite;

  test('create: 201, the creator is its owner', async () => {
    for (const type of ['public', 'private']) {
      const name = uniqueName('Über 🦊');
      const { status, body } = await alice.api.post('/channels', { name, type, topic: 'All of it' });
      assert.equal(status, 201, JSON.stringify(body));
      assertShape('Channel', body.channel);
      assertShape('ChannelState', body.state);
      const { chatChannelId } = body.channel;
      assert.deepEqual(
        { ...body.channel, createdAt: '' },
        { chatChannelId, name, type, topic: 'All of it', createdBy: alice.id, createdAt: '', archivedAt: null, lastMessageId: null, lastMessageAt: null, memberCount: 1 },
      );
      assert.equal(body.state.role, 'owner');
      assert.equal(body.state.lastSeq, 0);
      assert.equal(body.state.unreadCount, 0);
      assert.deepEqual((await alice.api.get(`/channels/${chatChannelId}`)).body, body);
    }
  });

  test("create: the creator's live sockets get channel_added and are in the room", async () => {
    const client = await connect(alice);
    const id = await createChannel(alice);
    const added = await client.see('channel_added', ({ channel }) => channel.chatChannelId === id);
    assertShape('ChannelAddedEvent', added);
    await client.send(id, 'first');
    await client.see('new_message', (event) => event.chatChannelId === id);
  });

  test('public names are unique ignoring case, private ones are not', async () => {
    const name = uniqueName('Name');
    await createChannel(alice, { name });
    assertRefused(await bob.api.post('/channels', { name: name.toUpperCase(), type: 'public' }), 409, 'channel.name_taken', 'name');
    await createChannel(bob, { name, type: 'private' });
    await createChannel(alice, { name, type: 'private' });
  });

  const fields = [
    ['name missing', { name: undefined }, 'validation.missing', 'name'],
    ['name a number', { name: 7 }, 'validation.type', 'name'],
    ['name empty', { name: '' }, 'validation.too_short', 'name'],
    ['name of blanks', { name: ' \t ' }, 'validation.', 'name'],
    ['name of 81', { name: 'x'.repeat(81) }, 'validation.too_long', 'name'],
    ['name with a NUL', { name: 'a\u0000b' }, 'validation.format', 'name'],
    ['name with a line break', { name: 'a\nb' }, 'validation.format', 'name'],
    ['type missing', { type: undefined }, 'validation.missing', 'type'],
    ['type unknown', { type: 'secret' }, 'validation.', 'type'],
    ['type a boolean', { type: true }, 'validation.type', 'type'],
    ['topic an array', { topic: [] }, 'validation.type', 'topic'],
    ['topic of 251', { topic: 'x'.repeat(251) }, 'validation.too_long', 'topic'],
  ];
  for (const [name, change, code, field] of fields) {
    test(`create, ${name}: ${code} of ${field}`, async () => {
      const body = { name: uniqueName(), type: 'public', ...change };
      assertRefused(await alice.api.post('/channels', body), 400, code, field);
    });
  }

  test('mine: every channel once, page by page, in the same order', async () => {
    const user = await signUp(hubbub.url);
    const ids = [];
    for (let i = 0; i < 7; ++i) ids.push(await createChannel(user, { type: i % 2 ? 'private' : 'public' }));
    const whole = await user.api.get('/channels');
    assert.equal(whole.status, 200);
    assert.equal(whole.body.nextCursor, null);
    whole.body.channels.forEach((state) => assertShape('ChannelState', state));
    assert.deepEqual(whole.body.channels.map((c) => c.chatChannelId).sort((a, b) => a - b), ids);
    const paged = await readPages(user.api, '/channels', 'channels', 3);
    assert.deepEqual(paged, whole.body.channels);
  });

  test('browse: public channels by name, with whether one is a member', async () => {
    const word = uniqueName('b').replaceAll('-', '');
    const [mine, others] = [await createChannel(alice, { name: `1 ${word}` }), await createChannel(bob, { name: `2 ${word}` })];
    await createChannel(bob, { name: `3 ${word}`, type: 'private' });
    const { status, body } = await alice.api.get(`/channels/browse?query=${word.toUpperCase()}`);
    assert.equal(status, 200);
    assert.deepEqual(body.channels.map(({ chatChannelId, isMember }) => [chatChannelId, isMember]), [[mine, true], [others, false]]);
    for (const { isMember, ...channel } of body.channels) assertShape('Channel', channel);
    assert.deepEqual(await readPages(alice.api, `/channels/browse?query=${word}`, 'channels', 1), body.channels);
  });

  for (const query of ['%', '_', '\\', "' OR 1=1 --", '%25%27', '*', 'x'.repeat(500)]) {
    test(`browse for ${query.slice(0, 20)} finds what is named so, no more`, async () => {
      const { status, body } = await alice.api.get(`/channels/browse?query=${encodeURIComponent(query)}`);
      if (status === 400) return assert.match(body.error.code, /^validation\./);
      assert.equal(status, 200);
      for (const { name } of body.channels) assert.ok(name.toLowerCase().includes(query.toLowerCase()), name);
    });
  }

  for (const path of ['/channels', '/channels/browse']) {
    for (const limit of ['0', '-1', '101', 'x', '1.5', '', '99999999999999999999']) {
      test(`${path}?limit=${limit}: an error, not a silent cut`, async () => {
        assertRefused(await alice.api.get(`${path}?limit=${limit}`), 400, 'validation.', 'limit');
      });
    }
    for (const cursor of ['x', 'A'.repeat(500), '-1', "'"]) {
      test(`${path}?cursor=${cursor.slice(0, 10)}: validation.*`, async () => {
        assertRefused(await alice.api.get(`${path}?cursor=${cursor}`), 400, 'validation.', 'cursor');
      });
    }
  }

  test('members: paged, each once', async () => {
    const id = await createChannel(alice, { members: [bob, carol] });
    const { status, body } = await bob.api.get(`/channels/${id}/members`);
    assert.equal(status, 200);
    body.members.forEach((member) => assertShape('Member', member));
    const roles = Object.fromEntries(body.members.map(({ user, role }) => [user.id, role]));
    assert.deepEqual(roles, { [alice.id]: 'owner', [bob.id]: 'member', [carol.id]: 'member' });
    assert.deepEqual(await readPages(bob.api, `/channels/${id}/members`, 'members', 2), body.members);
    assert.equal((await bob.api.get(`/channels/${id}`)).body.channel.memberCount, 3);
  });

  test('add: 201; channel_added to the new member, user_joined to the channel, who is in the room', async () => {
    await createChannel(alice, { type: 'private', members: [bob] }); // they know each other
    const id = await createChannel(alice, { type: 'private' });
    const [owner, added] = [await connect(alice), await connect(bob)];
    const { status, body } = await alice.api.post(`/channels/${id}/members`, { username: bob.username.toUpperCase(), role: 'admin' });
    assert.equal(status, 201, JSON.stringify(body));
    assertShape('Member', body.member);
    assert.equal(body.member.role, 'admin');
    const state = await added.see('channel_added', ({ channel }) => channel.chatChannelId === id);
    assert.equal(state.channel.role, 'admin');
    const joined = await owner.see('user_joined', (event) => event.chatChannelId === id);
    assertShape('MembershipEvent', joined);
    assert.equal(joined.user.id, bob.id);
    await owner.send(id, 'welcome');
    await added.see('new_message', ({ message }) => message.content === 'welcome');
  });

  test('add again: no second membership, no second event', async () => {
    const id = await createChannel(alice, { members: [bob] });
    const client = await connect(alice);
    const answer = await alice.api.post(`/channels/${id}/members`, { userId: bob.id });
    assert.ok([200, 201].includes(answer.status), answer.text);
    await client.send(id, 'after');
    await client.see('new_message', (event) => event.chatChannelId === id);
    assert.deepEqual(client.all('user_joined').filter((event) => event.chatChannelId === id), []);
    assert.equal((await alice.api.get(`/channels/${id}`)).body.channel.memberCount, 2);
  });

  test('remove: 204; user_left to the channel, channel_removed to the removed', async () => {
    const id = await createChannel(alice, { type: 'private', members: [bob, carol] });
    const [stays, removed] = [await connect(carol), await connect(bob)];
    assert.equal((await alice.api.delete(`/channels/${id}/members/${bob.id}`)).status, 204);
    const left = await stays.see('user_left', (event) => event.chatChannelId === id);
    assertShape('MembershipEvent', left);
    assert.equal(left.user.id, bob.id);
    assertShape('ChannelRemovedEvent', await removed.see('channel_removed', (event) => event.chatChannelId === id));
    assertRefused(await bob.api.get(`/channels/${id}`), 404, 'channel.not_found');
    assertRefused(await alice.api.delete(`/channels/${id}/members/${bob.id}`), 404, 'user.not_found');
  });

  test('leave by oneself, come back by the owner', async () => {
    const id = await createChannel(alice, { type: 'private', members: [bob] });
    assert.equal((await bob.api.delete(`/channels/${id}/members/${bob.id}`)).status, 204);
    assertRefused(await bob.api.get(`/channels/${id}/messages`), 404, 'channel.not_found');
    await addMember(alice, id, bob);
    assert.equal((await bob.api.get(`/channels/${id}/messages`)).status, 200);
  });

  for (const [name, body, code, field] of [
    ['nobody named', {}, 'validation.missing', undefined],
    ['userId a string', { userId: '1' }, 'validation.type', 'userId'],
    ['userId 1.5', { userId: 1.5 }, 'validation.', 'userId'],
    ['username a number', { username: 1 }, 'validation.type', 'username'],
    ['role unknown', { username: 'x', role: 'king' }, 'validation.', 'role'],
  ]) {
    test(`add, ${name}: ${code}`, async () => {
      const id = await createChannel(alice);
      assertRefused(await alice.api.post(`/channels/${id}/members`, body), 400, code, field);
    });
  }

  test('add somebody who does not exist: user.not_found', async () => {
    const id = await createChannel(alice);
    assertRefused(await alice.api.post(`/channels/${id}/members`, { userId: 999999999 }), 404, 'user.not_found');
    assertRefused(await alice.api.post(`/channels/${id}/members`, { username: 'nobody-of-that-name' }), 404, 'user.not_found');
  });

  for (const id of ['x', '0', '-1', '1.5', '999999999', '9007199254740993', '99999999999999999999', "1'"]) {
    test(`a channel id of ${id}: 400 or channel.not_found`, async () => {
      const answer = await alice.api.get(`/channels/${id}`);
      if (answer.status === 400) assert.match(answer.text, /validation\./);
      else assert.ok(answer.status === 404, answer.text);
    });
  }
});

/** All items of a list, `limit` a page. */
async function readPages(api, path, field, limit) {
  const items = [];
  let cursor = '';
  for (;;) {
    const { status, body } = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body[field].length <= limit);
    items.push(...body[field]);
    if (body.nextCursor === null) return items;
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}
