import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { scrape } from '../support/metrics.js';
import { until } from '../support/wait.js';

describe('search', () => {
  let hubbub;
  let alice;
  let bob;
  let a;
  before(async () => {
    hubbub = await Hubbub.start();
    [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    a = await ChatClient.connect(hubbub.url, alice.session.accessToken);
  });
  after(async () => {
    a?.close();
    await hubbub?.stop();
  });

  const search = (user, query, more = '') => user.api.get(`/search?query=${encodeURIComponent(query)}${more}`);
  async function found(user, query, more) {
    const { status, body, text } = await search(user, query, more);
    assert.equal(status, 200, text);
    return body.messages.map(({ content }) => content);
  }
  /** A channel of Alice with these messages. */
  async function scene(contents, options) {
    const id = await createChannel(alice, options);
    for (const content of contents) await a.send(id, content);
    return id;
  }
  async function untilIndexed(id, count) {
    const sql = await hubbub.sql();
    const counted = async () => (await sql.query('SELECT count(*)::int AS n FROM chat_message_search WHERE "chatChannelId" = $1', [id])).rows[0].n;
    await until(`${count} messages in the index`, async () => (await counted()) === count);
    await sql.end();
  }

  const texts = [
    'The quick brown fox, jumping',
    'Straßenbahn und ÜBUNG',
    '我明天去北京出差',
    '東京都に行く予定です',
    '안녕하세요 여러분',
    'สวัสดีครับทุกคน',
    'ＦＵＬＬ width',
    "100% of it's a_b\\c:*|&!('x')",
  ];
  const queries = [
    ['fox', [0]],
    ['FOX qui', [0]],
    ['jump', [0]],
    ['ox', []],
    ['fox zebra', []],
    ['übung', [1]],
    ['straßen', [1]],
    ['北京', [2]],
    ['京', [3, 2]],
    ['京都', [3]],
    ['都京', []],
    ['東京都に行く', [3]],
    ['差', [2]],
    ['여러', [4]],
    ['하세요', [4]],
    ['ครับ', [5]],
    ['ทุกคน', [5]],
    ['full', [6]],
    ['北京 出差', [2]],
    ["it's", [7]],
    ['%', []],
    ['_', []],
    ["fox' | 'full", []],
    ['fox | full', []],
    ['!fox', [0]],
    ['fox:* & ! (', [0]],
    ['<->', []],
    ["\\'", []],
    ['100%', [7]],
    ['x', []],
    ['fox x y z', [0]],
    ['fox FOX fox', [0]],
    ['t th the q qu qui quic quick br bro brow brown fo fox ju jum jump jumpi', [0]],
    ['th the qu qui quic quick br bro brow brown fo fox ju jum jump jumpi and the 17th', [0]],
  ];
  for (const when of ['at once', 'by the index']) {
    test(`words, Chinese, Japanese, Korean, Thai, and no operators: found ${when}`, async () => {
      const id = await scene(texts);
      if (when === 'by the index') await untilIndexed(id, texts.length);
      for (const [query, expected] of queries) {
        assert.deepEqual(await found(alice, query, `&chatChannelId=${id}`), expected.map((i) => texts[i]), query);
      }
    });
  }

  test('only what one may see now: memberships, private channels, those that one has left', async () => {
    const open = await scene(['sesame one']);
    const secret = await scene(['sesame two'], { type: 'private', members: [bob] });
    assert.deepEqual(await found(alice, 'sesame'), ['sesame two', 'sesame one']);
    assert.deepEqual(await found(bob, 'sesame'), ['sesame two']);
    assert.deepEqual(await found(alice, 'sesame', `&chatChannelId=${open}`), ['sesame one']);
    assertRefused(await search(bob, 'sesame', `&chatChannelId=${open}`), 403, 'channel.not_a_member');
    await alice.api.delete(`/channels/${secret}/members/${bob.id}`);
    assert.deepEqual(await found(bob, 'sesame'), []);
    assertRefused(await search(bob, 'sesame', `&chatChannelId=${secret}`), 404, 'channel.not_found');
    assertRefused(await search({ api: new (alice.api.constructor)(hubbub.url) }, 'sesame'), 401, 'auth.token_missing');
  });

  for (const indexed of [false, true]) {
    test(`an edit is found by its new text alone, a deleted message not at all, indexed before: ${indexed}`, async () => {
      const id = await createChannel(alice);
      const { message } = await a.send(id, 'marmalade');
      const { message: other } = await a.send(id, 'marmalade too');
      if (indexed) await untilIndexed(id, 2);
      const within = `&chatChannelId=${id}`;
      await a.ask('edit_message', { chatChannelId: id, messageId: message.id, content: 'honey' });
      assert.deepEqual(await found(alice, 'marmalade', within), ['marmalade too']);
      assert.deepEqual(await found(alice, 'honey', within), ['honey']);
      await a.ask('delete_message', { chatChannelId: id, messageId: other.id });
      assert.deepEqual(await found(alice, 'marmalade', within), []);
      await untilIndexed(id, 1);
      assert.deepEqual(await found(alice, 'honey', within), ['honey'], 'once');
    });
  }

  test('pages, the newest first, over channels and over the end of the index', async () => {
    const ids = [await createChannel(alice), await createChannel(alice)];
    for (let i = 0; i < 15; ++i) {
      await a.send(ids[i % 2], `needle ${i}`);
      if (i === 7) await Promise.all([untilIndexed(ids[0], 4), untilIndexed(ids[1], 4)]);
    }
    const seen = [];
    let cursor = '';
    for (let page = 0; page < 10; ++page) {
      const { body } = await search(alice, 'needle', `&limit=4${cursor}`);
      assert.ok(body.messages.length <= 4);
      seen.push(...body.messages.map(({ content }) => content));
      if (!body.nextCursor) break;
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    assert.deepEqual(seen, Array.from({ length: 15 }, (_, i) => `needle ${14 - i}`));
  });

  /** What each thread runs of one user at a time, and lets wait. */
  const kReadsMax = 2 + 64;

  test('searches that get nowhere keep nobody from what is cheap; too many of a user are refused', async () => {
    const threads = Number(hubbub.env.HUBBUB_THREADS ?? 2);
    const channel = await createChannel(alice, { members: [bob] });
    const sql = await hubbub.sql();
    let answers;
    try {
      await sql.query('BEGIN; LOCK TABLE chat_message_search');
      const searches = Array.from({ length: threads * kReadsMax + 8 }, () => search(bob, 'anything'));
      answers = Promise.all(searches);
      const limited = async () => (await scrape(hubbub.url)).get('hubbub_limited_requests_total{route="GET /search"}') ?? 0;
      await until('refusals', async () => (await limited()) >= 8);
      for (const user of [alice, bob]) {
        assert.equal((await user.api.get('/me')).status, 200);
        const client = await ChatClient.connect(hubbub.url, user.session.accessToken);
        assert.equal((await client.send(channel, 'meanwhile')).ok, true);
        assert.equal((await client.ask('get_history', { chatChannelId: channel })).ok, true);
        client.close();
      }
    } finally {
      await sql.query('ROLLBACK');
      await sql.end();
    }
    const refused = (await answers).filter(({ status }) => status !== 200);
    assert.ok(refused.length >= 8, `${refused.length} refused`);
    for (const answer of refused) assertRefused(answer, 429, 'limit.rate');
    assert.ok(refused[0].headers['retry-after']);
  });

  for (const [what, path, field] of [
    ['no query', '/search', 'query'],
    ['an empty query', '/search?query=', 'query'],
    ['blanks', '/search?query=%20%20', 'query'],
    ['201 characters', `/search?query=${'x'.repeat(201)}`, 'query'],
    ['a direction override', '/search?query=a%E2%80%AEb', 'query'],
    ['a channel that is no id', '/search?query=a&chatChannelId=x', 'chatChannelId'],
    ['a channel over 2^53', '/search?query=a&chatChannelId=9007199254740992', 'chatChannelId'],
    ['a limit of 101', '/search?query=a&limit=101', 'limit'],
    ['a cursor of others', '/search?query=a&cursor=abc', 'cursor'],
    ['a cursor beyond time', `/search?query=a&cursor=${Buffer.from('9223372036854775807 1').toString('base64url')}`, 'cursor'],
  ]) {
    test(`${what}: validation.* of ${field}`, async () => {
      assertRefused(await alice.api.get(path), 400, 'validation.', field);
    });
  }
});
