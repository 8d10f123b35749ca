import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addMember, assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { Suite } from '../support/chat-client.js';
import { scrape } from '../support/metrics.js';

describe('invitations', () => {
  const suite = new Suite();
  let hubbub;
  let owner;
  let guest;
  let other;
  let stranger; // to all of them: accepts nothing
  before(async () => ({ hubbub, users: [owner, guest, other, stranger] } = await suite.start({ users: 4 })));
  after(() => suite.stop());
  const { connect } = suite;
  const invite = (id, body = {}, user = owner) => user.api.post(`/channels/${id}/invites`, body);
  const accept = (user, code) => user.api.post('/invites/accept', { code });
  const secret = () => createChannel(owner, { type: 'private' });
  async function codeFor(id, body) {
    const answer = await invite(id, body);
    assert.equal(answer.status, 201, answer.text);
    return answer.body.invite.code;
  }

  /** A private channel of which `guest` is an admin. */
  async function withAdmin() {
    const id = await secret();
    await addMember(owner, id, guest);
    assert.equal((await setRole(owner, id, guest, 'admin')).status, 200);
    return id;
  }
  const setRole = (actor, id, user, role) => actor.api.patch(`/channels/${id}/members/${user.id}`, { role });

  test('who was removed does not come back by a code of their own', async () => {
    const id = await withAdmin();
    const { body } = await invite(id, { maxUses: 10 }, guest);
    const ofOwner = await codeFor(id, { maxUses: 10 });
    assert.equal((await owner.api.delete(`/channels/${id}/members/${guest.id}`)).status, 204);
    assertRefused(await accept(guest, body.invite.code), 404, 'invite.not_found');
    assert.equal((await accept(other, ofOwner)).status, 200, 'those of others stand');
  });

  test('by its code a stranger comes in, and their sockets with them, as after an addition', async () => {
    const id = await secret();
    const [host, guests] = [await connect(owner), await connect(guest)];
    const { body } = await invite(id);
    assert.equal(body.invite.createdBy, owner.id);
    assert.equal(body.invite.maxUses, 1);
    assert.ok(Date.parse(body.invite.expiresAt) - Date.now() > 6.9 * 24 * 3600_000);
    assert.match(body.invite.code, /^[0-9a-f]{32}$/);

    const accepted = await accept(guest, body.invite.code);
    assert.equal(accepted.status, 200, accepted.text);
    assert.deepEqual([accepted.body.channel.chatChannelId, accepted.body.state.role], [id, 'member']);
    await guests.see('channel_added', ({ channel }) => channel.chatChannelId === id);
    assert.equal((await host.see('user_joined', (event) => event.chatChannelId === id)).user.id, guest.id);
    await host.send(id, 'welcome');
    await guests.see('new_message', (event) => event.chatChannelId === id);
  });

  test('it lets in as many as it says, and a member does not use it up', async () => {
    const id = await secret();
    const code = await codeFor(id, { maxUses: 2 });
    assert.equal((await accept(owner, code)).status, 200);
    assert.equal((await accept(guest, code)).status, 200);
    assert.equal((await accept(guest, code)).status, 200);
    assert.equal((await owner.api.get(`/channels/${id}/invites`)).body.invites[0].uses, 1);
    assert.equal((await accept(other, code)).status, 200);
    assertRefused(await accept(await signUp(hubbub.url), code), 404, 'invite.not_found');
    assert.deepEqual((await owner.api.get(`/channels/${id}/invites`)).body.invites, []);
  });

  test('ten who take one use at once: one is in', async () => {
    const id = await secret();
    const code = await codeFor(id);
    const users = [];
    for (let i = 0; i < 10; ++i) users.push(await signUp(hubbub.url));
    const answers = await Promise.all(users.map((user) => accept(user, code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal((await owner.api.get(`/channels/${id}`)).body.channel.memberCount, 2);
  });

  test('one for a user is for them alone: by code, or by join_channel', async () => {
    const id = await secret();
    const code = await codeFor(id, { username: guest.username });
    const [client, stranger] = [await connect(guest), await connect(other)];
    assertRefused(await accept(other, code), 404, 'invite.not_found');
    assertError((await stranger.ask('join_channel', { chatChannelId: id })).error, 'channel.not_found');
    const joined = await client.ask('join_channel', { chatChannelId: id });
    assert.equal(joined.ok, true, JSON.stringify(joined));
    assert.equal(joined.members.length, 2);
    assert.equal((await accept(await guestOf(await secret()), code)).status, 404);
  });

  async function guestOf(id) {
    const user = await signUp(hubbub.url);
    await addMember(owner, id, user);
    return user;
  }

  test('a code that is for nobody lets nobody in by join_channel', async () => {
    const id = await secret();
    await codeFor(id);
    const stranger = await connect(other);
    assertError((await stranger.ask('join_channel', { chatChannelId: id })).error, 'channel.not_found');
  });

  test('over: expired, withdrawn, of an archived channel', async () => {
    const id = await secret();
    const [expired, withdrawn, good] = [await codeFor(id, { expiresInSeconds: 1 }), await invite(id), await codeFor(id, { maxUses: 9 })];
    assert.equal((await owner.api.delete(`/channels/${id}/invites/${withdrawn.body.invite.id}`)).status, 204);
    assertRefused(await accept(guest, withdrawn.body.invite.code), 404, 'invite.not_found');
    assertRefused(await owner.api.delete(`/channels/${id}/invites/${withdrawn.body.invite.id}`), 404, 'invite.not_found');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assertRefused(await accept(guest, expired), 404, 'invite.not_found');
    await owner.api.patch(`/channels/${id}`, { archived: true });
    assertRefused(await accept(guest, good), 409, 'channel.archived');
    assertRefused(await invite(id), 409, 'channel.archived');
    assert.equal((await owner.api.patch(`/channels/${id}`, { archived: false })).status, 200);
    assert.equal((await accept(guest, good)).status, 200);
  });

  test('who was removed comes back by a new invitation only', async () => {
    const id = await secret();
    const code = await codeFor(id);
    assert.equal((await accept(guest, code)).status, 200);
    await owner.api.delete(`/channels/${id}/members/${guest.id}`);
    assertRefused(await accept(guest, code), 404, 'invite.not_found');
    assert.equal((await accept(guest, await codeFor(id))).status, 200);
  });

  test('they are listed page by page, and a channel has a hundred at most', async () => {
    const id = await secret();
    const codes = [];
    for (let i = 0; i < 100; ++i) codes.push(await codeFor(id));
    assertRefused(await invite(id), 409, 'limit.invites');
    const first = await owner.api.get(`/channels/${id}/invites?limit=60`);
    const rest = await owner.api.get(`/channels/${id}/invites?limit=60&cursor=${first.body.nextCursor}`);
    assert.deepEqual([...first.body.invites, ...rest.body.invites].map(({ code }) => code), codes);
    assert.equal(rest.body.nextCursor, null);
    await owner.api.delete(`/channels/${id}/invites/${first.body.invites[0].id}`);
    assert.equal((await invite(id)).status, 201);
  });

  test('an invitation of one channel is not withdrawn under another', async () => {
    const [one, two] = [await secret(), await secret()];
    const { body } = await invite(one);
    assertRefused(await owner.api.delete(`/channels/${two}/invites/${body.invite.id}`), 404, 'invite.not_found');
  });

  for (const [name, body, status, code, field] of [
    ['expiresInSeconds 0', { expiresInSeconds: 0 }, 400, 'validation.range', 'expiresInSeconds'],
    ['expiresInSeconds of 31 days', { expiresInSeconds: 31 * 86_400 }, 400, 'validation.range', 'expiresInSeconds'],
    ['expiresInSeconds text', { expiresInSeconds: '60' }, 400, 'validation.type', 'expiresInSeconds'],
    ['expiresInSeconds 1e19', { expiresInSeconds: 1e19 }, 400, 'validation.', 'expiresInSeconds'],
    ['maxUses 0', { maxUses: 0 }, 400, 'validation.range', 'maxUses'],
    ['maxUses 1001', { maxUses: 1001 }, 400, 'validation.range', 'maxUses'],
    ['maxUses 1.5', { maxUses: 1.5 }, 400, 'validation.type', 'maxUses'],
    ['userId text', { userId: '1' }, 400, 'validation.type', 'userId'],
    ['username a number', { username: 1 }, 400, 'validation.type', 'username'],
    ['somebody who does not exist', { userId: 999_999_999 }, 404, 'user.not_found'],
    ['an array', [], 400, 'validation.type', 'payload'],
  ]) {
    test(`made with ${name}: ${code}`, async () => {
      assertRefused(await invite(await secret(), body), status, code, field);
    });
  }

  for (const [name, code] of [['empty', ''], ['unknown', 'f'.repeat(32)], ['of 900 KB', 'a'.repeat(900_000)], ['with a NUL', 'a\u0000'], ['with SQL', "' OR true --"], ['a percent', '%']]) {
    test(`accepted with a code that is ${name}: invite.not_found`, async () => {
      assertRefused(await accept(guest, code), 404, 'invite.not_found');
    });
  }
  for (const [name, body, code] of [['missing', {}, 'validation.missing'], ['null', { code: null }, 'validation.type'], ['a number', { code: 1 }, 'validation.type']]) {
    test(`accepted with a code that is ${name}: ${code}`, async () => {
      assertRefused(await guest.api.post('/invites/accept', body), 400, code, 'code');
    });
  }

  const add = (actor, id, user, body = {}) => actor.api.post(`/channels/${id}/members`, { userId: user.id, ...body });
  const invitationsOf = async (user) => (await user.api.get('/me/invitations')).body.invitations;
  /** That nothing else is on its way to `client`: it sees what is sent to a channel of its own. */
  async function fence(client, user) {
    const { message } = await client.send(await createChannel(user), 'fence');
    await client.see('new_message', (event) => event.message.id === message.id);
  }
  /** `user`, invited as a stranger into a channel that `actor` may add to. */
  async function invited(actor, id, user) {
    const answer = await add(actor, id, user);
    assert.equal(answer.status, 202, answer.text);
    return answer.body.invite;
  }

  test('a stranger who is added to a private channel is invited: they hear and see nothing of it until they accept', async () => {
    const newcomer = await signUp(hubbub.url);
    const { body } = await owner.api.post('/channels', { name: 'Quiet place', topic: 'hush', type: 'private' });
    const id = body.channel.chatChannelId;
    const host = await connect(owner);
    const clients = [await connect(newcomer), await connect(newcomer, { transports: ['polling'] })];

    const answer = await add(owner, id, newcomer, { role: 'admin' });
    assert.equal(answer.status, 202, answer.text);
    const { invite: made } = answer.body;
    assert.deepEqual([made.chatChannelId, made.userId, made.createdBy, made.maxUses, made.uses], [id, newcomer.id, owner.id, 1, 0]);
    assert.ok(Math.abs(Date.parse(made.expiresAt) - Date.now() - 7 * 24 * 3600_000) < 3600_000);
    const expected = {
      id: made.id,
      code: made.code,
      channel: { id, name: 'Quiet place', type: 'private', topic: 'hush' },
      invitedBy: { id: owner.id, username: owner.username, displayName: owner.username },
      createdAt: made.createdAt,
      expiresAt: made.expiresAt,
    };
    for (const client of clients) assert.deepEqual((await client.see('invitation_added')).invitation, expected);
    assert.deepEqual(await invitationsOf(newcomer), [expected]);
    assert.equal((await host.send(id, 'not for strangers')).ok, true);
    assertRefused(await newcomer.api.get(`/channels/${id}/messages`), 404, 'channel.not_found');

    assert.deepEqual((await invited(owner, id, newcomer)).id, made.id, 'asked again: the same one');
    for (const client of clients) {
      await fence(client, newcomer);
      assert.equal(client.all('invitation_added').length, 1);
      assert.deepEqual(client.all('new_message').filter((event) => event.chatChannelId === id), []);
    }
    assert.equal((await owner.api.get(`/channels/${id}`)).body.channel.memberCount, 1);

    const accepted = await accept(newcomer, made.code);
    assert.deepEqual([accepted.status, accepted.body.state.role], [200, 'member'], 'whatever was asked for');
    for (const client of clients) await client.see('channel_added', ({ channel }) => channel.chatChannelId === id);
    assert.deepEqual(await invitationsOf(newcomer), []);
    const again = await add(owner, id, newcomer, { role: 'admin' });
    assert.deepEqual([again.status, again.body.member.role], [201, 'member'], 'they are in');
  });

  test('an invitation that is declined is gone, for all sockets, and only the invited declines it', async () => {
    const id = await secret();
    const clients = [await connect(stranger), await connect(stranger)];
    const { id: inviteId, code } = await invited(owner, id, stranger);
    const decline = (user) => user.api.delete(`/me/invitations/${inviteId}`);
    for (const user of [owner, other]) assertRefused(await decline(user), 404, 'invite.not_found');
    assert.equal((await decline(stranger)).status, 204);
    for (const client of clients) assert.deepEqual(await client.see('invitation_removed'), { inviteId, chatChannelId: id });
    assertRefused(await decline(stranger), 404, 'invite.not_found');
    assertRefused(await accept(stranger, code), 404, 'invite.not_found');
    assertError((await clients[0].ask('join_channel', { chatChannelId: id })).error, 'channel.not_found');
    const again = await invited(owner, id, stranger);
    assert.notEqual(again.id, inviteId, 'asked again: another one');
    assert.equal((await stranger.api.delete(`/me/invitations/${again.id}`)).status, 204);
  });

  for (const [what, id] of [['text', 'x'], ['0', '0'], ['1.5', '1.5'], ['10^19', '10000000000000000000']]) {
    test(`declining an invitation whose id is ${what}: validation`, async () => {
      assertRefused(await guest.api.delete(`/me/invitations/${id}`), 400, 'validation.', 'inviteId');
    });
  }

  /** A message of `user` in the direct channel with `peer`. */
  async function writeTo(user, peer) {
    const { body } = await user.api.post('/channels', { type: 'direct', userId: peer.id });
    const client = await connect(user);
    const { message } = await client.send(body.channel.chatChannelId, 'hello');
    return { client, about: { chatChannelId: message.chatChannelId, messageId: message.id } };
  }
  const known = {
    'whoever has written to one is known': [201, (asker, asked) => writeTo(asked, asker)],
    'whoever shares a private channel is known': [201, (asker, asked) => createChannel(owner, { type: 'private', members: [asker, asked] })],
    'whoever was only written to is a stranger': [202, (asker, asked) => writeTo(asker, asked)],
    'whoever has deleted what they wrote is a stranger': [
      202,
      async (asker, asked) => {
        const { client, about } = await writeTo(asked, asker);
        assert.equal((await client.ask('delete_message', about)).ok, true);
      },
    ],
    'whoever shares a public channel is a stranger': [202, (asker, asked) => createChannel(owner, { members: [asker, asked] })],
    'whoever has left the private channel in common is a stranger': [
      202,
      async (asker, asked) => {
        const id = await createChannel(asker, { type: 'private', members: [asked] });
        assert.equal((await asked.api.delete(`/channels/${id}/members/${asked.id}`)).status, 204);
      },
    ],
  };
  for (const [who, [status, meet]] of Object.entries(known)) {
    test(`${who}: ${status}`, async () => {
      const [asker, asked] = [other, await signUp(hubbub.url)];
      await meet(asker, asked);
      const answer = await add(asker, await createChannel(asker, { type: 'private' }), asked, { role: 'admin' });
      assert.equal(answer.status, status, answer.text);
      if (status === 201) assert.equal(answer.body.member.role, 'admin');
      assert.equal((await add(asker, await createChannel(asker), asked)).status, 201, 'a public channel asks nobody');
    });
  }

  const endings = {
    'it is withdrawn': (id, made) => owner.api.delete(`/channels/${id}/invites/${made.id}`),
    'whoever made it is removed': (id) => owner.api.delete(`/channels/${id}/members/${guest.id}`),
    'whoever made it becomes a member': (id) => setRole(owner, id, guest, 'member'),
    'whoever made it steps down': (id) => setRole(guest, id, guest, 'member'),
  };
  for (const [how, end] of Object.entries(endings)) {
    test(`an invitation is gone, and the invited told, when ${how}`, async () => {
      const id = await withAdmin();
      const made = await invited(guest, id, stranger);
      const ofOwner = await codeFor(id);
      const client = await connect(stranger);
      assert.ok((await end(id, made)).status < 300);
      assert.deepEqual(await client.see('invitation_removed'), { inviteId: made.id, chatChannelId: id });
      assert.deepEqual(await invitationsOf(stranger), []);
      assertRefused(await accept(stranger, made.code), 404, 'invite.not_found');
      assert.equal((await accept(other, ofOwner)).status, 200, 'those of others stand');
    });
  }

  test('who was removed does not come back by an invitation that was for them', async () => {
    const id = await secret();
    await addMember(owner, id, other);
    const code = await codeFor(id, { userId: other.id });
    assert.equal((await owner.api.delete(`/channels/${id}/members/${other.id}`)).status, 204);
    assertRefused(await accept(other, code), 404, 'invite.not_found');
  });

  test('the list has those made for one in either way, the newest first, but of no archived channel and none that one is in', async () => {
    const newcomer = await signUp(hubbub.url);
    const client = await connect(newcomer);
    const [added, coded, archived, joined] = [await secret(), await secret(), await secret(), await secret()];
    for (const id of [added, archived, joined]) await invited(owner, id, newcomer);
    await codeFor(coded, { username: newcomer.username, maxUses: 2 });
    await codeFor(coded, { userId: newcomer.id, expiresInSeconds: 1 });
    assert.equal((await accept(newcomer, await codeFor(joined))).status, 200);
    assert.equal((await owner.api.patch(`/channels/${archived}`, { archived: true })).status, 200);
    await codeFor(joined, { userId: newcomer.id });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const listed = async () => (await invitationsOf(newcomer)).map(({ channel }) => channel.id);
    assert.deepEqual(await listed(), [coded, added]);
    await fence(client, newcomer);
    const told = client.all('invitation_added').filter(({ invitation }) => invitation.channel.id === joined);
    assert.equal(told.length, 1, 'not of one for a channel that they are in');
    assert.equal((await owner.api.patch(`/channels/${archived}`, { archived: false })).status, 200);
    assert.deepEqual(await listed(), [coded, archived, added]);
  });

  test('one user has a hundred at most, in whichever way they are made: limit.invitations', async () => {
    const popular = await signUp(hubbub.url);
    const [full, id] = [await secret(), await secret()];
    const sql = await hubbub.sql();
    await sql.query(
      `INSERT INTO chat_invite ("chatChannelId", "userId", "createdBy", "expiresAt", "maxUses")
       SELECT $1, $2, $3, now() + interval '1 day', 1 FROM generate_series(1, 100)`,
      [full, popular.id, owner.id],
    );
    await sql.end();
    const refusals = async () => (await scrape(hubbub.url)).get('hubbub_refusals_total{code="limit.invitations"}') ?? 0;
    const before = await refusals();
    assertRefused(await add(owner, id, popular), 409, 'limit.invitations');
    assertRefused(await invite(id, { userId: popular.id }), 409, 'limit.invitations');
    assert.equal(await refusals(), before + 2);
    assert.equal((await invite(id)).status, 201, 'one for nobody is not theirs');

    const all = await invitationsOf(popular);
    assert.deepEqual(all.map(({ id: one }) => one), all.map(({ id: one }) => one).sort((a, b) => b - a));
    assert.equal(all.length, 100);
    assert.equal((await popular.api.delete(`/me/invitations/${all[50].id}`)).status, 204);
    await invited(owner, id, popular);
  });

  test('several who add a stranger at once make one invitation, and one event', async () => {
    const client = await connect(stranger);
    const id = await withAdmin();
    const made = await Promise.all([owner, guest, owner, guest, owner, guest].map((actor) => invited(actor, id, stranger)));
    assert.equal(new Set(made.map(({ id: one }) => one)).size, 1);
    assert.equal((await owner.api.get(`/channels/${id}/invites`)).body.invites.length, 1);
    await fence(client, stranger);
    assert.equal(client.all('invitation_added').length, 1);
  });
});
