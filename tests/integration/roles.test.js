import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { lockWaiters } from '../support/lock-waiters.js';
import { until } from '../support/wait.js';

describe('roles', () => {
  const suite = new Suite();
  let hubbub;
  let owner;
  let admin;
  let member;
  let other; // a second member
  before(async () => ({ hubbub, users: [owner, admin, member, other] } = await suite.start({ users: 4 })));
  after(() => suite.stop());
  const { connect } = suite;

  /** A channel with one of each role, and `other`. */
  async function populated(type) {
    const id = await createChannel(owner, { type, members: [admin, member, other] });
    assert.equal((await setRole(owner, id, admin, 'admin')).status, 200);
    return id;
  }
  const setRole = (actor, id, user, role) => actor.api.patch(`/channels/${id}/members/${user.id}`, { role });
  const roleOf = async (user, id) => (await user.api.get(`/channels/${id}`)).body.state?.role;

  /** What only some may do: how `actor` does it in a channel of its own, and the lowest role that may in a public and a private one. */
  const actions = {
    'add a member': { public: 'member', private: 'admin', act: async (actor, id) => actor.api.post(`/channels/${id}/members`, { userId: (await signUp(hubbub.url)).id }) },
    'remove a member': { public: 'admin', private: 'admin', act: (actor, id) => actor.api.delete(`/channels/${id}/members/${other.id}`) },
    'make a member an admin': { public: 'admin', private: 'admin', act: (actor, id) => setRole(actor, id, other, 'admin') },
    'rename the channel': { public: 'admin', private: 'admin', act: (actor, id) => actor.api.patch(`/channels/${id}`, { name: uniqueName() }) },
    'set the topic': { public: 'admin', private: 'admin', act: (actor, id) => actor.api.patch(`/channels/${id}`, { topic: 'new' }) },
    'archive the channel': { public: 'owner', private: 'owner', act: (actor, id) => actor.api.patch(`/channels/${id}`, { archived: true }) },
    'invite somebody': { private: 'admin', act: (actor, id) => actor.api.post(`/channels/${id}/invites`, {}) },
    'see the invitations': { private: 'admin', act: (actor, id) => actor.api.get(`/channels/${id}/invites`) },
    'delete what another wrote': {
      public: 'admin',
      private: 'admin',
      act: async (actor, id) => {
        const [author, deleter] = [await connect(other), await connect(actor)];
        const { message } = await author.send(id, 'x');
        const ack = await deleter.ask('delete_message', { chatChannelId: id, messageId: message.id });
        return { status: ack.ok ? 200 : 403, body: ack, text: JSON.stringify(ack) };
      },
    },
    leave: { public: 'member', private: 'member', act: (actor, id) => actor.api.delete(`/channels/${id}/members/${actor.id}`), lastOwner: true },
  };
  const ranks = ['member', 'admin', 'owner'];

  for (const [name, action] of Object.entries(actions)) {
    for (const type of ['public', 'private']) {
      for (const role of ranks) {
        const allowed = action[type] !== undefined && ranks.indexOf(role) >= ranks.indexOf(action[type]);
        test(`${type} channel: ${name}, as ${role}: ${allowed ? 'yes' : 'role.forbidden'}`, async () => {
          const id = await populated(type);
          const actor = { owner, admin, member }[role];
          if (action.lastOwner && role === 'owner') await setRole(owner, id, admin, 'owner');
          const answer = await action.act(actor, id);
          if (allowed) assert.ok(answer.status < 300, answer.text);
          else assertRefused(answer, 403, 'role.forbidden');
        });
      }
    }
  }

  test('a role changes what one may do at once, and everybody is told', async () => {
    const id = await createChannel(owner, { type: 'private', members: [admin, member] });
    const [sees, gets] = [await connect(member), await connect(admin)];
    const answer = await setRole(owner, id, admin, 'admin');
    assert.equal(answer.status, 200, answer.text);
    assertShape('Member', answer.body.member);
    assert.equal(answer.body.member.role, 'admin');
    for (const client of [sees, gets]) {
      const event = await client.see('member_updated', ({ chatChannelId }) => chatChannelId === id);
      assertShape('MemberUpdatedEvent', event);
      assert.deepEqual(event.member, answer.body.member);
    }
    assert.equal(await roleOf(admin, id), 'admin');
    assert.equal((await admin.api.patch(`/channels/${id}`, { topic: 'mine now' })).status, 200);
    assert.equal((await setRole(owner, id, admin, 'member')).status, 200);
    assertRefused(await admin.api.patch(`/channels/${id}`, { topic: 'again' }), 403, 'role.forbidden');
  });

  const unequal = [
    ['an admin takes the role of another admin', 'admin', 'admin', 'member'],
    ['an admin takes the role of the owner', 'admin', 'owner', 'member'],
    ['an admin makes a member an owner', 'admin', 'member', 'owner'],
    ['an admin makes themselves an owner', 'admin', 'self', 'owner'],
    ['a member makes themselves an admin', 'member', 'self', 'admin'],
  ];
  for (const [name, actorRole, targetRole, role] of unequal) {
    test(`${name}: role.forbidden`, async () => {
      const id = await populated('public');
      const actor = { admin, member }[actorRole];
      if (targetRole === 'admin') await setRole(owner, id, other, 'admin');
      const target = { self: actor, owner, member: other, admin: other }[targetRole];
      assertRefused(await setRole(actor, id, target, role), 403, 'role.forbidden');
      if (target !== actor) assertRefused(await actor.api.delete(`/channels/${id}/members/${owner.id}`), 403, 'role.forbidden');
    });
  }

  test('everybody may step down, but not the last owner', async () => {
    const id = await populated('private');
    assert.equal((await setRole(admin, id, admin, 'member')).status, 200);
    assertRefused(await setRole(owner, id, owner, 'member'), 409, 'role.last_owner');
    assert.equal((await setRole(owner, id, other, 'owner')).status, 200);
    assert.equal((await setRole(owner, id, owner, 'member')).status, 200);
    assert.equal(await roleOf(owner, id), 'member');
  });

  test('the last owner does not leave while others are there, neither by REST nor by socket', async () => {
    const id = await createChannel(owner, { members: [member] });
    const client = await connect(owner);
    assertRefused(await owner.api.delete(`/channels/${id}/members/${owner.id}`), 409, 'role.last_owner');
    assertError((await client.ask('leave_channel', { chatChannelId: id })).error, 'role.last_owner');
    assert.equal((await owner.api.delete(`/channels/${id}/members/${member.id}`)).status, 204);
    assert.equal((await client.ask('leave_channel', { chatChannelId: id })).ok, true);
  });

  test('two owners who leave at once: one stays, as long as others are there', async () => {
    for (let i = 0; i < 5; ++i) {
      const id = await createChannel(owner, { members: [admin, member] });
      await setRole(owner, id, admin, 'owner');
      const answers = await Promise.all([owner, admin].map((user) => user.api.delete(`/channels/${id}/members/${user.id}`)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
    }
  });

  test('who comes into a channel that all have left becomes its owner', async () => {
    const id = await createChannel(owner);
    assert.equal((await owner.api.delete(`/channels/${id}/members/${owner.id}`)).status, 204);
    const client = await connect(member);
    const joined = await client.ask('join_channel', { chatChannelId: id });
    assert.equal(joined.channel.role, 'owner');
    const second = await connect(other);
    assert.equal((await second.ask('join_channel', { chatChannelId: id })).channel.role, 'member');
  });

  test('rename and topic: answered, told to the members, seen by all; strangers hear nothing', async () => {
    const id = await createChannel(owner, { members: [member] });
    const [hears, stranger] = [await connect(member), await connect(other)];
    const name = uniqueName('renamed');
    const { status, body } = await owner.api.patch(`/channels/${id}`, { name: `  ${name} `, topic: 'why' });
    assert.equal(status, 200);
    assertShape('Channel', body.channel);
    assert.deepEqual([body.channel.name, body.channel.topic], [name, 'why']);
    const event = await hears.see('channel_updated', ({ channel }) => channel.chatChannelId === id);
    assertShape('ChannelUpdatedEvent', event);
    assert.deepEqual(event.channel, body.channel);
    assert.equal((await member.api.get(`/channels/${id}`)).body.channel.name, name);
    assert.equal((await owner.api.patch(`/channels/${id}`, { topic: '' })).body.channel.topic, '');
    await stranger.ask('get_history', { chatChannelId: id });
    assert.deepEqual(stranger.all('channel_updated').filter(({ channel }) => channel.chatChannelId === id), []);
  });

  test('a name that a public channel has: channel.name_taken', async () => {
    const [one, two] = [uniqueName(), uniqueName()];
    await createChannel(owner, { name: one });
    const id = await createChannel(owner, { name: two });
    assertRefused(await owner.api.patch(`/channels/${id}`, { name: one.toUpperCase() }), 409, 'channel.name_taken', 'name');
  });

  test('archived: nothing is written any more, all of it can be read, and it comes back', async () => {
    const id = await createChannel(owner, { members: [member] });
    const client = await connect(member);
    const { message } = await client.send(id, 'before');
    assert.equal((await owner.api.patch(`/channels/${id}`, { archived: true })).status, 200);
    const told = await client.see('channel_updated', ({ channel }) => channel.chatChannelId === id);
    assert.notEqual(told.channel.archivedAt, null);

    const of = { chatChannelId: id, messageId: message.id };
    for (const [event, object] of Object.entries({
      send_message: { chatChannelId: id, content: 'x', clientMessageId: randomUUID() },
      edit_message: { ...of, content: 'x' },
      delete_message: of,
      add_reaction: { ...of, reaction: '👍' },
      remove_reaction: { ...of, reaction: '👍' },
    })) {
      assertError((await client.ask(event, object)).error, 'channel.archived');
    }
    assertRefused(await owner.api.patch(`/channels/${id}`, { name: uniqueName() }), 409, 'channel.archived');
    assertRefused(await owner.api.post(`/channels/${id}/members`, { userId: other.id }), 409, 'channel.archived');
    const stranger = await connect(other);
    assertError((await stranger.ask('join_channel', { chatChannelId: id })).error, 'channel.archived');
    assert.equal((await member.api.get(`/channels/${id}/messages`)).body.messages.length, 1);
    const [connected] = (await connect(member)).all('connected');
    const state = connected.channels.find(({ chatChannelId }) => chatChannelId === id);
    assertShape('ChannelState', state);
    assert.equal(state.archivedAt, told.channel.archivedAt);
    const browsed = await other.api.get(`/channels/browse?query=${told.channel.name}`);
    assert.deepEqual(browsed.body.channels, []);

    assert.equal((await owner.api.patch(`/channels/${id}`, { archived: false, topic: 'back' })).body.channel.archivedAt, null);
    assert.equal((await client.send(id, 'after')).ok, true);
  });

  test('the name of an archived channel is free; it comes back under another', async () => {
    const name = uniqueName();
    const id = await createChannel(owner, { name });
    await owner.api.patch(`/channels/${id}`, { archived: true });
    await createChannel(member, { name });
    assertRefused(await owner.api.patch(`/channels/${id}`, { archived: false }), 409, 'channel.name_taken');
    assert.equal((await owner.api.patch(`/channels/${id}`, { archived: false, name: uniqueName() })).status, 200);
  });

  test('no message is stored after the answer to the archiving', async () => {
    const id = await createChannel(owner, { members: [member] });
    const client = await connect(member);
    let archived = false;
    const sends = [];
    const flood = Array.from({ length: 20 }, async () => {
      while (!archived) {
        sends.push(client.send(id, 'flood'));
        await sends.at(-1);
      }
    });
    try {
      await owner.api.patch(`/channels/${id}`, { archived: true });
    } finally {
      archived = true;
    }
    assertError((await client.send(id, 'late')).error, 'channel.archived');
    await Promise.all(flood);
    const acks = await Promise.all(sends);
    const lastOk = acks.findLastIndex(({ ok }) => ok);
    assert.equal(acks.slice(0, lastOk + 1).every(({ ok }) => ok), true, 'first stored, then refused');
  });

  test('an archived channel takes neither roles nor removals, and lets go', async () => {
    const id = await populated('private');
    assert.equal((await owner.api.patch(`/channels/${id}`, { archived: true })).status, 200);
    assertRefused(await setRole(owner, id, member, 'admin'), 409, 'channel.archived');
    assertRefused(await owner.api.delete(`/channels/${id}/members/${member.id}`), 409, 'channel.archived');
    assert.equal((await member.api.delete(`/channels/${id}/members/${member.id}`)).status, 204);
  });

  test('who was made an owner a moment ago is not removed, nor demoted, by an admin', async (t) => {
    const id = await populated('private');
    const sql = await hubbub.sql();
    t.after(() => sql.end());
    for (const act of [() => admin.api.delete(`/channels/${id}/members/${other.id}`), () => setRole(admin, id, other, 'member')]) {
      await sql.query('UPDATE chat_channel_user_mapping SET role = $3 WHERE "chatChannelId" = $1 AND "userId" = $2', [id, other.id, 'member']);
      await sql.query('BEGIN');
      await sql.query('SELECT FROM chat_channel_head WHERE "chatChannelId" = $1 FOR UPDATE', [id]);
      const acted = act();
      await until('the admin to wait', async () => (await lockWaiters(sql)) > 0);
      await sql.query('UPDATE chat_channel_user_mapping SET role = $3 WHERE "chatChannelId" = $1 AND "userId" = $2', [id, other.id, 'owner']);
      await sql.query('COMMIT');
      assertRefused(await acted, 403, 'role.forbidden');
      assert.equal(await roleOf(other, id), 'owner');
    }
  });

  for (const [name, path, body, code, field] of [
    ['role missing', 'member', {}, 'validation.missing', 'role'],
    ['role null', 'member', { role: null }, 'validation.type', 'role'],
    ['role a number', 'member', { role: 1 }, 'validation.type', 'role'],
    ['role unknown', 'member', { role: 'king' }, 'validation.format', 'role'],
    ['role of 1 MB less', 'member', { role: 'a'.repeat(900_000) }, 'validation.format', 'role'],
    ['nothing to change', 'channel', {}, 'validation.missing', 'name'],
    ['name a number', 'channel', { name: 1 }, 'validation.type', 'name'],
    ['name empty', 'channel', { name: ' ' }, 'validation.too_short', 'name'],
    ['name of 81', 'channel', { name: 'x'.repeat(81) }, 'validation.too_long', 'name'],
    ['name with a NUL', 'channel', { name: 'a\u0000' }, 'validation.format', 'name'],
    ['topic an object', 'channel', { topic: {} }, 'validation.type', 'topic'],
    ['topic of 251', 'channel', { topic: 'x'.repeat(251) }, 'validation.too_long', 'topic'],
    ['archived a string', 'channel', { archived: 'true' }, 'validation.type', 'archived'],
    ['archived a number', 'channel', { archived: 1 }, 'validation.type', 'archived'],
    ['an array', 'channel', [], 'validation.type', 'payload'],
  ]) {
    test(`PATCH ${path}, ${name}: ${code}`, async () => {
      const id = await createChannel(owner, { members: [member] });
      const address = path === 'channel' ? `/channels/${id}` : `/channels/${id}/members/${member.id}`;
      assertRefused(await owner.api.patch(address, body), 400, code, field);
    });
  }

  test('the role of somebody who is not there: user.not_found', async () => {
    const id = await createChannel(owner);
    assertRefused(await setRole(owner, id, member, 'admin'), 404, 'user.not_found');
    assertRefused(await owner.api.patch(`/channels/${id}/members/0`, { role: 'admin' }), 400, 'validation.range', 'userId');
  });
});
