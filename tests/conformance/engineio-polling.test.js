import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { startConformanceServer, withConformanceServer } from '../support/conformance-server.js';
import { kSeparator, PollingSession } from '../support/engineio.js';
import { test } from '../support/timed-test.js';

const kMaxPayload = 1_000_000;

describe('Engine.IO over HTTP long-polling', () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  const open = (options) => PollingSession.open(server.engineio, options);

  const echoed = [
    { name: 'one text packet', packets: ['4hello'] },
    { name: 'several packets, separator 0x1E, in order', packets: ['4test1', '4test2', '4test3'] },
    { name: 'binary is b<base64>', packets: ['bAQIDBA=='] },
    { name: 'text and binary mixed', packets: ['4hello', 'bAQIDBA==', '4', 'b/+8='] },
    { name: 'an empty message', packets: ['4'] },
    { name: 'text beyond ASCII', packets: ['4zażółć gęślą jaźń', '4日本語 🦊', '4\u0000\u001f"\\'] },
    { name: 'a thousand packets', packets: Array.from({ length: 1000 }, (_, i) => `4${i}`) },
  ];
  for (const { name, packets } of echoed) {
    test(`payload: ${name}`, async () => {
      const session = await open();
      const posted = await session.post(packets.join(kSeparator));
      assert.equal(posted.status, 200);
      assert.equal(posted.text, 'ok');
      assert.deepEqual(await session.take(packets.length), packets);
    });
  }

  test('poll answer: text/plain; charset=UTF-8, cache-control no-store', async () => {
    const session = await open();
    await session.post('4hello');
    const answer = await session.get();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  test('a waiting GET is answered as soon as there is a packet', async () => {
    const session = await open();
    const waiting = session.take(1);
    await session.post('4hello');
    assert.deepEqual(await waiting, ['4hello']);
  });

  test('messages that come while no GET waits are kept, in order', async () => {
    const session = await open();
    await session.post('4first');
    await session.post('4second');
    await session.post(`4third${kSeparator}4fourth`);
    assert.deepEqual(await session.take(4), ['4first', '4second', '4third', '4fourth']);
  });

  test('POST body in chunked transfer coding', async () => {
    const session = await open();
    const posted = await session.post(['4hel', 'lo', `${kSeparator}4there`]);
    assert.equal(posted.text, 'ok');
    assert.deepEqual(await session.take(2), ['4hello', '4there']);
  });

  test('POST of exactly maxPayload bytes is taken', async () => {
    const session = await open();
    const packet = '4'.padEnd(kMaxPayload, 'x');
    assert.equal((await session.post(packet)).status, 200);
    const [echo] = await session.take(1);
    assert.equal(echo, packet);
  });

  for (const [name, body] of [
    ['announced', '4'.padEnd(kMaxPayload + 1, 'x')],
    ['in chunks', ['4', ''.padEnd(kMaxPayload, 'x')]],
  ]) {
    test(`POST over the limit, ${name}: 413, the session lives`, async () => {
      const session = await open();
      // The server may close its side before it has read all of the body: then the rest of it cannot be written.
      const status = await session.post(body).then(
        ({ status, text }) => {
          assert.equal(text, '', 'no body, as in Node');
          return status;
        },
        (error) => {
          if (!['EPIPE', 'ECONNRESET'].includes(error.code)) throw error;
          return 413;
        },
      );
      assert.equal(status, 413);
      await session.post('4still here');
      assert.deepEqual(await session.take(1), ['4still here']);
    });
  }

  test('more than 64 threads: each session is found again, whatever thread its requests come to', async () => {
    await withConformanceServer({ threads: 80 }, async ({ engineio }) => {
      for (let i = 0; i < 120; ++i) {
        const session = await PollingSession.open(engineio);
        await session.post(`4${i}`);
        assert.deepEqual(await session.take(1), [`4${i}`]);
      }
    });
  });

  const malformed = [
    ['unknown packet type', 'abc'],
    ['packet type 7', '7'],
    ['an empty packet between two', `4a${kSeparator}${kSeparator}4b`],
    ['an empty body', ''],
    ['type beyond a digit', ':'],
  ];
  for (const [name, body] of malformed) {
    test(`a malformed packet closes the session: ${name}`, async () => {
      const session = await open();
      await session.post(body).catch(() => {});
      const answer = await session.get();
      assert.equal(answer.status, 400);
      assert.equal(JSON.parse(answer.text).code, 1);
    });
  }

  test('two polls at once: the first gets 200 with 1, the second 400, the session is dead', async () => {
    const session = await open();
    const answers = await Promise.all([session.get(), session.get()]);
    const [first, second] = answers.sort((a, b) => a.status - b.status);
    assert.equal(first.status, 200);
    assert.equal(first.text, '1');
    assert.equal(second.status, 400);
    assert.equal((await session.get()).status, 400);
  });

  test("close by the client's POST 1: the waiting GET gets 6, the next 400", async () => {
    const session = await open();
    const waiting = session.get();
    // A round trip, so that the GET waits when the close comes.
    await session.post('3');
    const closed = await session.post('1');
    assert.equal(closed.status, 200);
    const answer = await waiting;
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '6');
    const after = await session.get();
    assert.equal(after.status, 400);
    assert.equal(JSON.parse(after.text).code, 1);
  });
});
