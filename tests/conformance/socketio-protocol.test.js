import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { startConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { test } from '../support/timed-test.js';

describe('Socket.IO protocol', { concurrency: true }, () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  const open = () => WebSocketSession.open(server.socketio);

  /** A session that is connected to `/`, its CONNECT answer and `auth` event taken. */
  async function connect() {
    const session = await open();
    session.send('40');
    session.socketId = JSON.parse((await session.next()).slice(2)).sid;
    await session.next('the event "auth"');
    return session;
  }

  /** Joins `/features` too, and leaves out what its other sockets cause there: every end of one is told to all. */
  async function joinFeatures(session) {
    const next = session.next.bind(session);
    session.next = async (...args) => {
      for (;;) {
        const packet = await next(...args);
        if (!String(packet).startsWith('42/features,["left"')) return packet;
      }
    };
    session.send('40/features');
    assert.ok((await session.next()).startsWith('40/features,'));
  }

  async function roundTrip(session) {
    session.send('42["message","still here"]');
    assert.equal(await session.next(), '42["message-back","still here"]');
  }

  test('open packet as Engine.IO gives it', async () => {
    const session = await open();
    const { sid, ...rest } = session.handshake;
    assert.match(sid, /^[\w-]{20}$/);
    assert.deepEqual(rest, { upgrades: [], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
    session.close();
  });

  const connects = [
    ['CONNECT 40 → 40{"sid"}', '40', '40', '42["auth",{}]'],
    ['CONNECT 40/, is the main namespace too', '40/,', '40', '42["auth",{}]'],
    ['CONNECT 40{auth}', '40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
    ['CONNECT of a namespace', '40/custom,', '40/custom,', '42/custom,["auth",{}]'],
    ['CONNECT of a namespace without comma', '40/custom', '40/custom,', '42/custom,["auth",{}]'],
    ['CONNECT of a namespace with auth', '40/custom,{"a":[1]}', '40/custom,', '42/custom,["auth",{"a":[1]}]'],
  ];
  for (const [name, sent, prefix, auth] of connects) {
    test(name, async () => {
      const session = await open();
      session.send(sent);
      const answer = await session.next();
      assert.ok(answer.startsWith(`${prefix}{`), answer);
      const { sid, ...rest } = JSON.parse(answer.slice(prefix.length));
      assert.match(sid, /^[\w-]{20}$/);
      assert.deepEqual(rest, {});
      assert.equal(await session.next(), auth);
      session.close();
    });
  }

  test('each namespace of one connection has its own id', async () => {
    const session = await connect();
    session.send('40/custom');
    const { sid } = JSON.parse((await session.next()).slice('40/custom,'.length));
    assert.notEqual(sid, session.socketId);
    assert.notEqual(sid, session.sid);
    session.close();
  });

  test('unknown namespace: 44/x,{"message":"Invalid namespace"}, the connection lives', async () => {
    const session = await open();
    session.send('40/random');
    assert.equal(await session.next(), '44/random,{"message":"Invalid namespace"}');
    session.send('40');
    assert.ok((await session.next()).startsWith('40{'));
    session.close();
  });

  test('refused by a middleware: 44 with message and data', async () => {
    const session = await open();
    session.send('40/features,{"refuse":{"code":7,"why":["so"]}}');
    const answer = await session.next();
    assert.ok(answer.startsWith('44/features,'), answer);
    assert.deepEqual(JSON.parse(answer.slice('44/features,'.length)), {
      message: 'refused',
      data: { code: 7, why: ['so'] },
    });
    session.close();
  });

  test('no CONNECT within connectTimeout closes, on websocket', async () => {
    const session = await open();
    const since = performance.now();
    await session.untilClosed();
    const waited = performance.now() - since;
    assert.ok(waited > 950 && waited < 2000, `closed after ${waited} ms`);
  });

  test('no CONNECT within connectTimeout closes, on polling', async () => {
    const session = await PollingSession.open(server.socketio);
    const polls = (async () => {
      for (;;) await session.poll();
    })();
    await assert.rejects(polls, /poll: 400/);
    assert.ok(await session.isDead());
  });

  test('only a refused CONNECT: closed after connectTimeout too', async () => {
    const session = await open();
    session.send('40/random');
    await session.next();
    await session.untilClosed();
  });

  const events = [
    ['EVENT', '42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'],
    ['EVENT without arguments', '42["message"]', '42["message-back"]'],
    ['EVENT with null, nesting and escapes', '42["message",null,[[]],"\\u0001\\"\\\\/é🦊"]', null],
    ['EVENT in 42/, form', '42/,["message","x"]', '42["message-back","x"]'],
    ['EVENT with ack → ACK', '42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'],
    ['EVENT with ack id 0', '420["message-with-ack","x"]', '430["x"]'],
    ['EVENT with ack, no arguments', '427["message-with-ack"]', '437[]'],
  ];
  for (const [name, sent, expected] of events) {
    test(name, async () => {
      const session = await connect();
      session.send(sent);
      const answer = await session.next();
      if (expected) assert.equal(answer, expected);
      else assert.deepEqual(JSON.parse(answer.slice(2)).slice(1), JSON.parse(sent.slice(2)).slice(1));
      session.close();
    });
  }

  test('EVENT on long-polling', async () => {
    const session = await PollingSession.open(server.socketio);
    await session.post('40{"token":"123"}');
    const [connected, auth] = await session.take(2);
    assert.ok(connected.startsWith('40{'));
    assert.equal(auth, '42["auth",{"token":"123"}]');
    await session.post('42["message",1]\x1e4217["message-with-ack",2]\x1e451-["message",{"_placeholder":true,"num":0}]\x1ebAQID');
    assert.deepEqual(await session.take(4), [
      '42["message-back",1]',
      '4317[2]',
      '451-["message-back",{"_placeholder":true,"num":0}]',
      'bAQID',
    ]);
  });

  const two = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
  const attachments = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];
  for (const [name, sent, expected] of [
    ['binary EVENT, its attachments follow', `452-["message",${two}]`, `452-["message-back",${two}]`],
    ['binary EVENT with ack → binary ACK', `452-789["message-with-ack",${two}]`, `462-789[${two}]`],
  ]) {
    test(name, async () => {
      const session = await connect();
      session.send(sent);
      for (const attachment of attachments) session.send(attachment);
      assert.deepEqual(await session.take(3), [expected, ...attachments]);
      session.close();
    });
  }

  test('binary nested deep, with its numbers out of order', async () => {
    const session = await connect();
    session.send('452-["message",{"a":[{"_placeholder":true,"num":1}],"b":{"_placeholder":true,"num":0}}]');
    for (const attachment of attachments) session.send(attachment);
    const [header, ...buffers] = await session.take(3);
    const [, value] = JSON.parse(header.slice(header.indexOf('[')));
    assert.deepEqual(buffers[value.a[0].num], attachments[1]);
    assert.deepEqual(buffers[value.b.num], attachments[0]);
    session.close();
  });

  test('attachments are contiguous on their connection', async () => {
    const session = await connect();
    for (let i = 0; i < 20; ++i) {
      session.send(`452-["message",${i},${two}]`);
      for (const attachment of attachments) session.send(attachment);
      session.send(`42["message",${i}]`);
    }
    for (let i = 0; i < 20; ++i) {
      assert.deepEqual(await session.take(4), [
        `452-["message-back",${i},${two}]`,
        ...attachments,
        `42["message-back",${i}]`,
      ]);
    }
    session.close();
  });

  test('ten attachments', async () => {
    const session = await connect();
    const places = Array.from({ length: 10 }, (_, num) => `{"_placeholder":true,"num":${num}}`).join(',');
    session.send(`4510-["message",${places}]`);
    for (let i = 0; i < 10; ++i) session.send(Buffer.from([i]));
    const packets = await session.take(11);
    assert.equal(packets[0], `4510-["message-back",${places}]`);
    packets.slice(1).forEach((packet, i) => assert.deepEqual(packet, Buffer.from([i])));
    session.close();
  });

  test('DISCONNECT 41: the engine connection stays', async () => {
    const session = await connect();
    session.send('41');
    session.send('40/custom');
    assert.ok((await session.next()).startsWith('40/custom,'));
    session.close();
  });

  test('DISCONNECT of one namespace leaves the other', async () => {
    const session = await connect();
    session.send('40/custom');
    await session.take(2);
    session.send('41/custom');
    await roundTrip(session);
    session.close();
  });

  test('CONNECT again after DISCONNECT: a new id', async () => {
    const session = await connect();
    session.send('40/custom');
    const [first] = await session.take(2);
    session.send('41/custom,');
    await roundTrip(session);
    session.send('40/custom');
    const [second] = await session.take(2);
    assert.ok(second.startsWith('40/custom,'));
    assert.notEqual(first, second);
    session.close();
  });

  // socket.io-client acts on the engine's close at once, on a DISCONNECT in the same answer only afterwards.
  test('the server disconnects and closes, on polling: DISCONNECT in one answer, the close in the next', async () => {
    const session = await PollingSession.open(server.socketio);
    await session.post('40/features');
    await session.take(1);
    await session.post('42/features,["disconnect-me",true]');
    const first = await session.poll();
    assert.ok(first.includes('41/features,'), `${first}`);
    assert.ok(!first.includes('1'), `${first}`);
    assert.ok((await session.poll()).includes('1'));
    assert.ok(await session.isDead());
  });

  test('unknown ack ids are ignored', async () => {
    const session = await connect();
    session.send('43999["nobody asked"]');
    session.send('431[]');
    await roundTrip(session);
    session.close();
  });

  test('ack ids count per namespace', async () => {
    const session = await connect();
    await joinFeatures(session);
    session.send('42/features,["ask","a"]');
    const question = await session.next();
    const [, id] = question.match(/^42\/features,(\d+)\["question","a"\]$/);
    session.send(`43${id}["for the wrong namespace"]`);
    session.send(`43/features,${id}["b"]`);
    assert.equal(await session.next(), '42/features,["answered","b"]');
    session.close();
  });

  test('an ack with binary is given to the asker', async () => {
    const session = await connect();
    await joinFeatures(session);
    session.send('42/features,["ask"]');
    const [, id] = (await session.next()).match(/^42\/features,(\d+)\["question"\]$/);
    session.send(`461-/features,${id}[{"_placeholder":true,"num":0}]`);
    session.send(attachments[0]);
    assert.deepEqual(await session.take(2), [
      '451-/features,["answered",{"_placeholder":true,"num":0}]',
      attachments[0],
    ]);
    session.close();
  });

  const place = '{"_placeholder":true,"num":0}';
  const closing = [
    ['unknown packet type', ['4abc']],
    ['packet type 7', ['47']],
    ['empty packet', ['4']],
    ['payload not an array', ['42{}']],
    ['payload a string', ['42"message"']],
    // Node's server lets this one pass, an event without a name that nobody can see.
    ['payload missing', ['42']],
    ['payload an empty array', ['42[]']],
    ['payload not JSON', ['42["message"']],
    ['bytes after the payload', ['42["message"]x']],
    ['ack id not a number', ['42abc["message-with-ack",1]']],
    ['event name an object', ['42[{"a":1}]']],
    ['event name null', ['42[null]']],
    ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].map((name) => [
      `reserved event name ${name}`,
      [`42["${name}"]`],
    ]),
    ['44 from a client', ['44{"message":"no"}']],
    ['event before CONNECT of its namespace', ['42/custom,["message"]']],
    ['second CONNECT on a joined namespace', ['40']],
    ['CONNECT with a payload that is no object', ['40/custom,["a"]']],
    ['DISCONNECT with a payload', ['41{}']],
    ['ACK payload not an array', ['431{}']],
    ['binary without header', [Buffer.from([1, 2, 3])]],
    ['text mid-attachments', [`452-["message",${two}]`, Buffer.from([1]), '42["message"]']],
    ['placeholder number beyond the attachments', [`451-["message",{"_placeholder":true,"num":1}]`, Buffer.from([1])]],
    ['placeholder number negative', [`451-["message",{"_placeholder":true,"num":-1}]`, Buffer.from([1])]],
    ['placeholder number no number', [`451-["message",{"_placeholder":true,"num":"a"}]`, Buffer.from([1])]],
    ['more than 10 attachments', [`4511-["message",${place}]`, ...Array(11).fill(Buffer.from([1]))]],
    ['attachments -1', [`45-1-["message",${place}]`]],
    ['attachments 1.5', [`451.5-["message",${place}]`]],
    ['attachments 1e9', [`451e9-["message",${place}]`]],
    ['attachments without a dash', [`451["message",${place}]`]],
  ];
  for (const [name, packets] of closing) {
    test(`the whole connection closes on: ${name}`, async () => {
      const session = await connect();
      for (const packet of packets) session.send(packet);
      await session.untilClosed(3000);
    });
  }

  test('the whole connection closes on: event after DISCONNECT', async () => {
    const session = await connect();
    session.send('40/custom');
    await session.take(2);
    session.send('41/custom');
    await roundTrip(session);
    session.send('42/custom,["message"]');
    await session.untilClosed();
  });

  test('the whole connection closes on: event before CONNECT', async () => {
    const session = await open();
    const since = performance.now();
    session.send('42["message"]');
    await session.untilClosed();
    assert.ok(performance.now() - since < 900, 'closed for the event, not for connectTimeout');
  });
});
