import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { Suite } from '../support/chat-client.js';

describe('invitations', () => {
  const suite = new Suite();
  let hubbub;
  let owner;
  let guest;
  let other;
  before(async () => ({ hubbub, users: [owner, guest, other] } = await suite.start({ users: 3 })));
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

  test('who was removed does not come back by a code of their own', async () => {
    const id = await secret();
    assert.equal((await owner.api.post(`/channels/${id}/members`, { userId: guest.id, role: 'admin' })).status, 201);
    const { body } = await invite(id, { maxUses: 10 }, guest);
    const ofOwner = await codeFor(id, { maxUses: 10 });
    assert.equal((await owner.api.delete(`/channels/${id}/members/${guest.id}`)).status, 204);
    assertRefused(await accept(guest, body.invite.code), 404, 'invite.not_found');
    assert.equal((await accept(other, ofOwner)).status, 200, 'those of others stand');
  });

  test('by its code a stranger comes in, and his sockets with him, as after an addition', async () => {
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

  test('one for a user is for him alone: by code, or by join_channel', async () => {
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
    await owner.api.post(`/channels/${id}/members`, { userId: user.id });
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
});
