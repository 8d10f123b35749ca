// How many channels one may be in and make, how often others may add one, and `connected` of somebody who is in as many as one can be.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { Suite } from '../support/chat-client.js';
import { scrape } from '../support/metrics.js';

const kChannelsPerUser = 2_000;
const kConnected = 500;
const kAdditionsPerHour = 100;
const kOutboxBytes = 4 * 1024 * 1024;
const kLongestName = '𝐀'.repeat(80); // 320 bytes

describe('many channels', () => {
  const suite = new Suite();
  let hubbub;
  let sql;
  let alice;
  let bob;
  before(async () => {
    ({ hubbub, users: [alice, bob] } = await suite.start({ users: 2 }));
    sql = await hubbub.sql();
  });
  after(async () => {
    await sql?.end();
    await suite.stop();
  });
  const { connect } = suite;

  /** Channels of nobody in particular, with `member` in them: their ids. */
  async function fill(member, count) {
    const maker = await signUp(hubbub.url);
    const { rows } = await sql.query(
      `WITH made AS (
         INSERT INTO chat_channel (type, name, "createdBy", "archivedAt")
         SELECT 'private', $1, $2, now() FROM generate_series(1, $3::bigint) RETURNING id
       ), head AS (
         INSERT INTO chat_channel_head ("chatChannelId", "lastSeq", "lastEventSeq") SELECT id, 1e15, 1e15 FROM made
       )
       INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId", "mutedUntil", "joinedAt")
       SELECT id, $4, now() + interval '1 day', now() - interval '1 day' FROM made RETURNING "chatChannelId" AS id`,
      [kLongestName, maker.id, count, member.id],
    );
    return rows.map(({ id }) => Number(id));
  }

  async function listed(user, cursor) {
    const ids = [];
    while (cursor !== null) {
      const { status, body } = await user.api.get(`/channels?limit=100&cursor=${cursor}`);
      assert.equal(status, 200);
      ids.push(...body.channels.map(({ chatChannelId }) => chatChannelId));
      cursor = body.nextCursor;
    }
    return ids;
  }

  test('whoever is in as many channels as one can be connects, hears all of them, and finds all of them', async () => {
    const user = await signUp(hubbub.url);
    const ids = await fill(user, kChannelsPerUser);
    const old = ids[0];
    await sql.query('UPDATE chat_channel SET "archivedAt" = NULL WHERE id = $1', [old]);
    const client = await connect(user);
    const [connected] = client.all('connected');
    assert.equal(connected.channels.length, kConnected);
    assert.deepEqual(connected.channels.map(({ chatChannelId }) => chatChannelId), ids.slice(-kConnected));
    assert.ok(Buffer.byteLength(JSON.stringify(connected)) < kOutboxBytes / 6, 'the worst is far from the limit');
    assert.deepEqual(await listed(user, connected.nextCursor), ids);

    assert.equal((await client.send(old, 'from the last page')).ok, true);
    await client.see('new_message', ({ chatChannelId }) => chatChannelId === old);
    const again = await connect(user);
    assert.ok(again.all('connected')[0].channels.some(({ chatChannelId }) => chatChannelId === old), 'it is among the newest now');

    const last = ids.at(-1);
    const { channels } = await again.ask('resume', { channels: { [old]: 1e15, [last]: 1e15 } });
    assert.equal(channels[old].events[0].data.message.content, 'from the last page');
    assert.deepEqual(channels[last], { recovered: true, events: [], lastEventSeq: 1e15 });
  });

  test('whoever is in few gets all of them with `connected`', async () => {
    const id = await createChannel(alice);
    const [connected] = (await connect(alice)).all('connected');
    assert.equal(connected.nextCursor, null);
    assert.ok(connected.channels.some(({ chatChannelId }) => chatChannelId === id));
  });

  test('one more than one can be in is refused, whichever way it is tried: limit.channels', async () => {
    const user = await signUp(hubbub.url);
    await fill(user, kChannelsPerUser - 1);
    const client = await connect(user);
    const [one, secret] = [await createChannel(alice), await createChannel(alice, { type: 'private' })];
    assertRefused(await alice.api.post(`/channels/${one}/members`, { userId: user.id }), 409, 'limit.channels');
    assertRefused(await alice.api.post('/channels', { type: 'direct', userId: user.id }), 409, 'limit.channels');

    assert.equal((await client.ask('join_channel', { chatChannelId: one })).ok, true, 'by oneself there is one left');
    const before = (await scrape(hubbub.url)).get('hubbub_refusals_total{code="limit.channels"}');
    assertError((await client.ask('join_channel', { chatChannelId: await createChannel(alice) })).error, 'limit.channels');
    const { body } = await alice.api.post(`/channels/${secret}/invites`, {});
    assertRefused(await user.api.post('/invites/accept', { code: body.invite.code }), 409, 'limit.channels');
    assertRefused(await user.api.post('/channels', { name: uniqueName(), type: 'private' }), 409, 'limit.channels');
    assertRefused(await user.api.post('/channels', { type: 'direct', userId: bob.id }), 409, 'limit.channels');
    assert.equal((await scrape(hubbub.url)).get('hubbub_refusals_total{code="limit.channels"}'), before + 4);

    assert.equal((await client.ask('leave_channel', { chatChannelId: one })).ok, true);
    assert.equal((await user.api.post('/invites/accept', { code: body.invite.code })).status, 200);
  });

  test('others add one a hundred times an hour: limit.additions, and what one does oneself goes on', async () => {
    const user = await signUp(hubbub.url);
    const id = await createChannel(alice);
    const members = `/channels/${id}/members`;
    for (let i = 0; i < kAdditionsPerHour; ++i) {
      assert.equal((await alice.api.post(members, { userId: user.id })).status, 201);
      if (i % 10 === 0) assert.equal((await alice.api.post(members, { userId: user.id })).status, 201, 'there already: counts for nothing');
      assert.equal((await alice.api.delete(`${members}/${user.id}`)).status, 204);
    }
    const refused = await alice.api.post(members, { userId: user.id });
    assertRefused(refused, 429, 'limit.additions');
    assert.ok(refused.body.error.retryAfterMs > 10_000);
    assert.ok(Number(refused.headers['retry-after']) > 10);
    assertRefused(await bob.api.post('/channels', { type: 'direct', userId: user.id }), 429, 'limit.additions');
    const secret = await createChannel(bob, { type: 'private' });
    for (const kind of ['members', 'invites'])
      assertRefused(await bob.api.post(`/channels/${secret}/${kind}`, { userId: user.id }), 429, 'limit.additions');
    assert.equal((await (await connect(user)).ask('join_channel', { chatChannelId: id })).ok, true);
    assert.equal((await alice.api.post(members, { userId: bob.id })).status, 201, 'others are not concerned');
  });
});
