import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createChannel } from '../support/api.js';
import { Suite } from '../support/chat-client.js';
import { scrape } from '../support/metrics.js';
import { randomOf } from '../support/random.js';

describe('mentions', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  let carol;
  before(async () => ({ hubbub, users: [alice, bob, carol] } = await suite.start({ users: 3 })));
  after(() => suite.stop());
  const { connect } = suite;
  async function scene(members = [bob, carol]) {
    return { id: await createChannel(alice, { members }), a: await connect(alice), b: await connect(bob) };
  }

  /** By each route that tells it, which must agree. */
  async function mentionsOf(user, id) {
    const { state } = (await user.api.get(`/channels/${id}`)).body;
    const listed = (await user.api.get('/channels?limit=100')).body.channels.find((one) => one.chatChannelId === id);
    assert.deepEqual(listed, state);
    return state.mentionCount;
  }

  test('@name and @all count for whom they mean, in every route and in connected; a plain message for nobody', async () => {
    const { id, a } = await scene();
    await a.send(id, `hi @${bob.username.toUpperCase()}, see \`@${carol.username}\``);
    await a.send(id, 'plain, and a@b');
    await a.send(id, `@all and @${bob.username}`);
    await Promise.all([`@${bob.username}`, 'none', `@${carol.username} @${bob.username}`].map((content) => a.send(id, content)));
    assert.equal(await mentionsOf(bob, id), 4);
    assert.equal(await mentionsOf(carol, id), 2);
    assert.equal(await mentionsOf(alice, id), 0, 'one’s own @all');
    const { channels } = (await connect(bob)).all('connected')[0];
    assert.equal(channels.find((one) => one.chatChannelId === id).mentionCount, 4);
  });

  test('only members are meant, and by what is written after they came', async () => {
    const { id, a } = await scene([bob]);
    await a.send(id, `@${carol.username} @all`);
    await a.send(id, `@${carol.username}`);
    await alice.api.post(`/channels/${id}/members`, { userId: carol.id });
    assert.equal(await mentionsOf(carol, id), 0);
    await a.send(id, `@${carol.username}`);
    assert.equal(await mentionsOf(carol, id), 1);
    const sql = await hubbub.sql();
    const { rows } = await sql.query('SELECT "userId"::int AS id FROM chat_message_mention WHERE "chatChannelId" = $1 ORDER BY seq', [id]);
    await sql.end();
    assert.deepEqual(rows.map((row) => row.id), [0, carol.id], 'one row, however many are all, and none of who was no member');
  });

  test('reading takes them away at once; a repeated send counts once', async () => {
    const { id, a, b } = await scene();
    const clientMessageId = crypto.randomUUID();
    const { message } = await a.send(id, `@${bob.username}`, { clientMessageId });
    assert.equal((await a.send(id, `@${bob.username}`, { clientMessageId })).deduplicated, true);
    await a.send(id, '@all');
    assert.equal(await mentionsOf(bob, id), 2);
    await b.ask('mark_as_read', { chatChannelId: id, messageId: message.id });
    assert.equal(await mentionsOf(bob, id), 1);
    await b.send(id, 'an answer');
    assert.equal(await mentionsOf(bob, id), 0);
  });

  test('an edit and a deletion count again', async () => {
    const { id, a } = await scene();
    const { message } = await a.send(id, 'nobody');
    const edit = (content) => a.ask('edit_message', { chatChannelId: id, messageId: message.id, content });
    await edit(`@${bob.username} and @${carol.username}`);
    assert.deepEqual([await mentionsOf(bob, id), await mentionsOf(carol, id)], [1, 1]);
    await edit(`@${carol.username}`);
    assert.deepEqual([await mentionsOf(bob, id), await mentionsOf(carol, id)], [0, 1]);
    await edit('@all');
    assert.deepEqual([await mentionsOf(bob, id), await mentionsOf(carol, id)], [1, 1]);
    await a.ask('delete_message', { chatChannelId: id, messageId: message.id });
    assert.deepEqual([await mentionsOf(bob, id), await mentionsOf(carol, id)], [0, 0]);
  });

  test('of more than 50 names the first count, and the limit is counted', async () => {
    const { id, a } = await scene([bob, carol]);
    const reached = async () => (await scrape(hubbub.url)).get('hubbub_limits_total{limit="mentions"}');
    const before = await reached();
    const names = (count) => Array.from({ length: count }, (_, i) => `@nobody${i}`).join(' ');
    const { message } = await a.send(id, `@${bob.username} ${names(49)}`);
    assert.equal(await reached(), before);
    await a.send(id, `@${bob.username} ${names(49)} @${carol.username}`);
    assert.equal(await reached(), before + 1);
    assert.deepEqual([await mentionsOf(bob, id), await mentionsOf(carol, id)], [2, 0]);
    await a.ask('edit_message', { chatChannelId: id, messageId: message.id, content: `${names(50)} @${bob.username}` });
    assert.equal(await reached(), before + 2);
    assert.equal(await mentionsOf(bob, id), 1);
  });

  test('mentionCount equals a recount after a random history, at every moment', async (t) => {
    const users = [alice, bob, carol];
    const id = await createChannel(alice, { members: [bob, carol] });
    const sockets = await Promise.all(users.map(connect));
    const random = randomOf(t);
    const messages = []; // {id, author, means: [bool of each user]}
    const read = users.map(() => 0);
    const compose = () => {
      const means = users.map(() => random(3) === 0);
      const all = random(5) === 0;
      const names = users.filter((_, i) => means[i]).map(({ username }) => `@${username}`);
      return { content: ['text', ...names, ...(all ? ['@all'] : [])].join(' '), means: means.map((one) => one || all) };
    };
    for (let step = 0; step < 80; ++step) {
      const who = random(3);
      const own = messages.filter(({ author, deleted }) => author === who && !deleted);
      const action = random(6);
      if (action === 0 && messages.length > 0) {
        const place = random(messages.length);
        await sockets[who].ask('mark_as_read', { chatChannelId: id, messageId: messages[place].id });
        read[who] = Math.max(read[who], place + 1);
      } else if (action === 1 && own.length > 0) {
        const message = own[random(own.length)];
        const { content, means } = compose();
        await sockets[who].ask('edit_message', { chatChannelId: id, messageId: message.id, content });
        message.means = means;
      } else if (action === 2 && own.length > 0) {
        const message = own[random(own.length)];
        await sockets[who].ask('delete_message', { chatChannelId: id, messageId: message.id });
        Object.assign(message, { deleted: true, means: users.map(() => false) });
      } else {
        const { content, means } = compose();
        const { message } = await sockets[who].send(id, content);
        messages.push({ id: message.id, author: who, means });
        read[who] = messages.length;
      }
      const other = random(3);
      const expected = messages.slice(read[other]).filter(({ means }) => means[other]).length;
      assert.equal(await mentionsOf(users[other], id), expected, `step ${step}`);
    }
  });
});
