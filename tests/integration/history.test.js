import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { Hubbub } from '../support/hubbub.js';

const kCount = 120;

describe('history', () => {
  let hubbub;
  let alice;
  let client;
  let channel;
  let messages; // all of the channel, by seq
  let foreign; // the id of a message in another channel
  before(async () => {
    hubbub = await Hubbub.start();
    alice = await signUp(hubbub.url);
    channel = await createChannel(alice);
    const elsewhere = await createChannel(alice);
    client = await ChatClient.connect(hubbub.url, alice.session.accessToken);
    const acks = await Promise.all(Array.from({ length: kCount }, (_, i) => client.send(channel, `message ${i + 1}`)));
    messages = acks.map(({ message }) => message).sort((x, y) => x.seq - y.seq);
    foreign = (await client.send(elsewhere, 'elsewhere')).message.id;
  });
  after(async () => {
    client?.close();
    await hubbub?.stop();
  });

  const byRest = async (query) => {
    const search = new URLSearchParams(query).toString();
    const { status, body } = await alice.api.get(`/channels/${channel}/messages?${search}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const bySocket = async (query) => {
    const { ok, ...page } = await client.ask('get_history', { chatChannelId: channel, ...query });
    assert.equal(ok, true, JSON.stringify(page));
    return page;
  };

  const at = (i) => messages[i].id;
  /** Name, query, the slice of messages that must come (from, to), and whether there are more. */
  const pages = () => [
    ['newest, the default page', {}, [kCount - 50, kCount], true, false],
    ['newest 10', { limit: 10 }, [kCount - 10, kCount], true, false],
    ['newest 100', { limit: 100 }, [kCount - 100, kCount], true, false],
    ['before the newest', { before: at(kCount - 1), limit: 10 }, [kCount - 11, kCount - 1], true, true],
    ['before the 5th', { before: at(4), limit: 10 }, [0, 4], false, true],
    ['before the 11th, a page exactly', { before: at(10), limit: 10 }, [0, 10], false, true],
    ['before the first', { before: at(0), limit: 10 }, [0, 0], false, true],
    ['after the first', { after: at(0), limit: 10 }, [1, 11], true, true],
    ['after the last but 3', { after: at(kCount - 4), limit: 10 }, [kCount - 3, kCount], true, false],
    ['after the last', { after: at(kCount - 1), limit: 10 }, [kCount, kCount], true, false],
    ['one after', { after: at(50), limit: 1 }, [51, 52], true, true],
  ];

  for (const [transport, read] of [['REST', byRest], ['socket', bySocket]]) {
    test(`pages by ${transport}: newest, before and after`, async () => {
      for (const [name, query, [from, to], hasMoreBefore, hasMoreAfter] of pages()) {
        const page = await read(query);
        assert.deepEqual(page.messages.map(({ seq }) => seq), messages.slice(from, to).map(({ seq }) => seq), name);
        assert.deepEqual(page.messages, messages.slice(from, to), name);
        assert.equal(page.hasMoreBefore, hasMoreBefore, `${name}: hasMoreBefore`);
        assert.equal(page.hasMoreAfter, hasMoreAfter, `${name}: hasMoreAfter`);
        page.messages.forEach((message) => assertShape('Message', message));
      }
    });

    test(`pages by ${transport}: around`, async () => {
      for (const [i, limit] of [[60, 10], [60, 11], [0, 10], [kCount - 1, 10], [3, 100], [60, 1]]) {
        const page = await read({ around: at(i), limit });
        const seqs = page.messages.map(({ seq }) => seq);
        assert.ok(seqs.includes(i + 1), `around ${i}: the message itself`);
        assert.ok(seqs.length <= limit);
        assert.deepEqual(seqs, seqs.map((_, j) => seqs[0] + j), 'no gap');
        assert.equal(page.hasMoreBefore, seqs[0] > 1);
        assert.equal(page.hasMoreAfter, seqs.at(-1) < kCount);
        const [older, newer] = [i + 1 - seqs[0], seqs.at(-1) - (i + 1)];
        if (page.hasMoreBefore && page.hasMoreAfter) assert.ok(Math.abs(older - newer) <= 1, `${older} older, ${newer} newer`);
      }
    });
  }

  for (const [transport, read] of [['REST', byRest], ['socket', bySocket]]) {
    test(`pages by ${transport}: at a time`, async () => {
      const later = (time, ms) => new Date(Date.parse(time) + ms).toISOString();
      const middle = messages[60].createdAt;
      const times = ['1970-01-01T00:00:00.000Z', messages[0].createdAt, middle, later(middle, -1), later(middle, 1), messages.at(-1).createdAt].filter(
        (time) => Date.parse(time) <= Date.parse(messages.at(-1).createdAt),
      );
      for (const time of times) {
        for (const limit of [1, 10, 11, 100]) {
          const page = await read({ at: time, limit });
          const first = messages.findIndex(({ createdAt }) => Date.parse(createdAt) >= Date.parse(time));
          const from = Math.max(0, first - Math.floor(limit / 2));
          const to = Math.min(kCount, first + Math.ceil(limit / 2));
          assert.deepEqual(page.messages, messages.slice(from, to), `at ${time}, ${limit}`);
          assert.equal(page.hasMoreBefore, from > 0, `at ${time}, ${limit}`);
          assert.equal(page.hasMoreAfter, to < kCount, `at ${time}, ${limit}`);
        }
      }
    });

    test(`pages by ${transport}: at a time after the last message, the newest`, async () => {
      for (const time of [new Date(Date.parse(messages.at(-1).createdAt) + 1).toISOString(), '2999-12-31T23:59:59.999Z']) {
        assert.deepEqual(await read({ at: time, limit: 7 }), await read({ limit: 7 }));
      }
    });
  }

  test('a whole walk backward and forward, in pages of 7', async () => {
    let page = await byRest({ limit: 7 });
    let walked = page.messages;
    while (page.hasMoreBefore) {
      page = await byRest({ limit: 7, before: walked[0].id });
      walked = [...page.messages, ...walked];
    }
    assert.deepEqual(walked, messages);
    walked = [messages[0]];
    do {
      page = await byRest({ limit: 7, after: walked.at(-1).id });
      walked.push(...page.messages);
    } while (page.hasMoreAfter);
    assert.deepEqual(walked, messages);
  });

  test('one message by its id', async () => {
    const answer = await alice.api.get(`/channels/${channel}/messages/${at(7)}`);
    assert.deepEqual(answer.body, { message: messages[7] });
  });

  test('an empty channel', async () => {
    const empty = await createChannel(alice);
    for (const query of ['', '?at=2026-11-22T10:00:00Z']) {
      const { body } = await alice.api.get(`/channels/${empty}/messages${query}`);
      assert.deepEqual(body, { messages: [], hasMoreBefore: false, hasMoreAfter: false });
    }
  });

  test('a message of another channel is message.not_found under this one', async () => {
    assertRefused(await alice.api.get(`/channels/${channel}/messages/${foreign}`), 404, 'message.not_found');
    for (const direction of ['before', 'after', 'around']) {
      const answer = await alice.api.get(`/channels/${channel}/messages?${direction}=${foreign}`);
      assertRefused(answer, 404, 'message.not_found');
      const ack = await client.ask('get_history', { chatChannelId: channel, [direction]: foreign });
      assert.equal(ack.ok, false);
      assertError(ack.error, 'message.not_found');
    }
  });

  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['before=x', 'before'],
    ['after=', 'after'],
    ['around=1e3', 'around'],
    ['before=-1', 'before'],
    ['before=99999999999999999999', 'before'],
    ['at=', 'at'],
    ['at=now', 'at'],
    ['at=1795341600000', 'at'],
    ['at=2026-11-22', 'at'],
    ['at=2026-02-30T10:00:00Z', 'at'],
    ['at=2026-11-22T10:00:00%2B01:00', 'at'],
    ['at=3000-01-01T00:00:00Z', 'at'],
    [`at=2026-11-22T10:00:00Z${'0'.repeat(1000)}`, 'at'],
    ['at=2026-11-22T10:00:00Z&before=1', 'at'],
  ]) {
    test(`?${query}: validation.* of ${field}`, async () => {
      assertRefused(await alice.api.get(`/channels/${channel}/messages?${query}`), 400, 'validation.', field);
    });
  }

  test('before and after together are refused', async () => {
    const answer = await alice.api.get(`/channels/${channel}/messages?before=${at(9)}&after=${at(1)}`);
    assertRefused(answer, 400, 'validation.');
    const ack = await client.ask('get_history', { chatChannelId: channel, before: at(9), around: at(1) });
    assertError(ack.error, 'validation.');
  });
});
