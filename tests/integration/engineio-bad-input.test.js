import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { kSeparator, PollingSession, WebSocketSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';
import { RawConnection } from '../support/raw-tcp.js';
import { Witness } from '../support/witness.js';

const place = '{"_placeholder":true,"num":0}';
const deep = (depth) => '['.repeat(depth) + ']'.repeat(depth);

describe('Engine.IO and Socket.IO bad input', () => {
  let hubbub;
  let witness;
  let endpoint;
  before(async () => {
    hubbub = await Hubbub.start();
    endpoint = `${hubbub.url}/socket.io/`;
    witness = await Witness.start(hubbub);
  });
  after(async () => {
    witness?.close();
    await hubbub?.stop();
  });
  afterEach(() => witness.check());

  const connectPacket = () => `40${JSON.stringify({ token: witness.alice.session.accessToken })}`;

  /** A WebSocket session of Alice's that has got its `connected`. */
  async function connected() {
    const session = await WebSocketSession.open(endpoint);
    session.send(connectPacket());
    while (!(await session.next('the event "connected"')).startsWith('42["connected"'));
    return session;
  }

  async function stillServed(session) {
    session.send('42987["no_such_event",{}]');
    for (;;) {
      const packet = await session.next('the ack');
      if (packet.startsWith('43987')) return;
    }
  }

  const refusals = [
    ['unknown transport', 'GET', '?EIO=4&transport=carrier-pigeon', 0],
    ['transport hasOwnProperty', 'GET', '?EIO=4&transport=hasOwnProperty', 0],
    ['transport twice', 'GET', '?EIO=4&transport=abc&transport=polling', 0],
    ['EIO 3', 'GET', '?EIO=3&transport=polling', 5],
    ['EIO twice', 'GET', '?EIO=3&EIO=4&transport=polling', 5],
    ['unknown sid', 'GET', '?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA', 1],
    ['sid of 8 KB less the rest', 'GET', `?EIO=4&transport=polling&sid=${'A'.repeat(8000)}`, 1],
    ['handshake by DELETE', 'DELETE', '?EIO=4&transport=polling', 2],
    ['POST to an unknown sid', 'POST', '?EIO=4&transport=polling&sid=nope', 1],
  ];
  for (const [name, method, query, code] of refusals) {
    test(`${name}: 400, code ${code}`, async () => {
      const answer = await request(`${endpoint}${query}`, { method });
      assert.equal(answer.status, 400);
      assert.equal(JSON.parse(answer.text).code, code);
    });
  }

  test('a sid in another letter case, cut, or longer is unknown', async () => {
    const session = await PollingSession.open(endpoint);
    const swapped = session.sid.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
    for (const sid of [swapped, session.sid.slice(0, -1), `${session.sid}A`, ` ${session.sid}`]) {
      const answer = await request(`${endpoint}?EIO=4&transport=polling&sid=${encodeURIComponent(sid)}`);
      assert.equal(answer.status, 400, sid);
      assert.equal(JSON.parse(answer.text).code, 1);
    }
    assert.equal(await session.isDead(), false);
  });

  test('a Socket.IO id is no session id', async () => {
    const id = witness.reader.socket.id;
    const answer = await request(`${endpoint}?EIO=4&transport=polling&sid=${id}`);
    assert.equal(JSON.parse(answer.text).code, 1);
  });

  test('two polls at once: one 200 with 1, one 400, the session is dead', async () => {
    const session = await PollingSession.open(endpoint);
    const statuses = (await Promise.all([session.get(), session.get()])).map((answer) => answer.status);
    assert.deepEqual(statuses.sort(), [200, 400]);
    assert.ok(await session.isDead());
  });

  test('two POSTs at once: both are defined, and the server goes on', async () => {
    const session = await PollingSession.open(endpoint);
    const body = connectPacket();
    const path = new URL(session.url);
    const slow = await RawConnection.open(hubbub.port);
    await slow.write(
      `POST ${path.pathname}${path.search} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    const second = await session.post('3');
    assert.ok([200, 400].includes(second.status), `${second.status}`);
    await slow.write(body.slice(10));
    const first = await slow.response();
    assert.ok(first === undefined || [200, 400].includes(first.status), `${first?.status}`);
    slow.close();
  });

  test('upgrade twice at once: one wins, the other is closed', async () => {
    const session = await PollingSession.open(endpoint);
    const probes = await Promise.all([1, 2].map(() => WebSocketSession.probe(endpoint, session.sid)));
    for (const probe of probes) probe.send('2probe');
    await Promise.race(probes.map((probe) => probe.untilClosed()));
    for (const probe of probes) probe.close();
  });

  for (const packet of ['2', '0', '5', '6', '4', '40', '1']) {
    test(`a WebSocket for a polling session that says ${packet} before its probe leaves the server alone`, async () => {
      const session = await PollingSession.open(endpoint);
      const probe = await WebSocketSession.probe(endpoint, session.sid);
      probe.send(packet);
      if (packet !== '5') await probe.untilClosed();
      probe.close();
    });
  }

  test('a payload over the limit: 413, the session lives', async () => {
    const session = await PollingSession.open(endpoint);
    const status = await session.post('4'.padEnd(1_000_001, 'x')).then(
      (answer) => answer.status,
      (error) => (['EPIPE', 'ECONNRESET'].includes(error.code) ? 413 : Promise.reject(error)),
    );
    assert.equal(status, 413);
    await session.post(connectPacket());
    assert.ok((await session.poll())[0].startsWith('40{'));
  });

  test('half a million tiny packets in one payload: refused as a whole', async () => {
    const session = await PollingSession.open(endpoint);
    const answer = await session.post(Array(333_000).fill('46').join(kSeparator)).catch(() => undefined);
    if (answer) assert.ok([400, 413].includes(answer.status), `${answer.status}`);
  });

  test('a payload of nothing but separators closes the session', async () => {
    const session = await PollingSession.open(endpoint);
    await session.post(kSeparator.repeat(1000)).catch(() => {});
    assert.ok(await session.isDead());
  });

  for (const base64 of ['b!!!!', 'bA', 'bAQIDBA=', 'b====', 'bAQ ID', `b${'A'.repeat(13)}`]) {
    test(`bad base64 closes the session: ${base64}`, async () => {
      const session = await PollingSession.open(endpoint);
      await session.post(base64).catch(() => {});
      await session.untilDead();
    });
  }

  const beforeConnect = [
    ['EVENT', '42["send_message",{}]'],
    ['ACK', '430[]'],
    ['DISCONNECT', '41'],
    ['CONNECT_ERROR', '44{}'],
    ['binary EVENT', `451-["x",${place}]`, Buffer.from([1])],
    ['binary', Buffer.from([1])],
    ["the server's ping", '2'],
  ];
  for (const [name, ...packets] of beforeConnect) {
    test(`before CONNECT, ${name}: closed`, async () => {
      const session = await WebSocketSession.open(endpoint);
      for (const packet of packets) session.send(packet);
      await session.untilClosed();
    });
  }

  const closing = [
    ['event name an array', ['42[["a"]]']],
    ['event name an object', ['42[{}]']],
    ['event name true', ['42[true]']],
    ['event name null', ['42[null]']],
    ['event name reserved', ['42["disconnecting"]']],
    ['no event name', ['42[]']],
    ['payload an object', ['42{"0":"x"}']],
    ['payload not JSON', ['42[x]']],
    ['payload with a trailing comma', ['42["x",]']],
    ['payload NaN', ['42["x",NaN]']],
    ['payload Infinity', ['42["x",-Infinity]']],
    ['payload with a comment', ['42["x"/**/]']],
    ['a control character in a string', ['42["x\u0001"]']],
    ['JSON 100k deep', [`42["x",${deep(100_000)}]`]],
    ['JSON 100k deep, never closed', [`42["x",${'['.repeat(100_000)}`]],
    ['objects 50k deep', [`42["x",${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}]`]],
    ['unknown packet type', ['49']],
    ['a letter for the packet type', ['4x']],
    ['second CONNECT', ['40{}']],
    ['CONNECT_ERROR', ['44{"message":"x"}']],
    ['ack id -1', ['42-1["x"]']],
    ['ack id 1.5', ['421.5["x"]']],
    ['ack id a word', ['42one["x"]']],
    ['ACK without id', ['43["x"]']],
    ['ACK payload a string', ['431"x"']],
    ['attachments -1', [`45-1-["x",${place}]`]],
    ['attachments 1.5', [`451.5-["x",${place}]`]],
    ['attachments 1e9', [`451e9-["x",${place}]`]],
    ['attachments 1000000000', [`451000000000-["x",${place}]`]],
    ['attachments 99999999999999999999', [`4599999999999999999999-["x",${place}]`]],
    ['attachments 11', [`4511-["x",${place}]`]],
    ['attachments empty', [`45-["x",${place}]`]],
    ['placeholder beyond', ['451-["x",{"_placeholder":true,"num":1}]', Buffer.from([1])]],
    ['placeholder negative', ['451-["x",{"_placeholder":true,"num":-1}]', Buffer.from([1])]],
    ['placeholder a string', ['451-["x",{"_placeholder":true,"num":"0"}]', Buffer.from([1])]],
    ['placeholder 0.5', ['451-["x",{"_placeholder":true,"num":0.5}]', Buffer.from([1])]],
    ['placeholder __proto__', ['451-["x",{"_placeholder":true,"num":"__proto__"}]', Buffer.from([1])]],
    ['binary unannounced', [Buffer.from([1, 2, 3])]],
    ['binary after its attachments', [`451-["no_such_event",${place}]`, Buffer.from([1]), Buffer.from([2])]],
    ['text mid-reconstruction', [`451-["x",${place}]`, '42["x"]']],
    ['CONNECT mid-reconstruction', [`451-["x",${place}]`, '40/x']],
    ['a namespace of 64 KB', [`40/${'n'.repeat(65_536)},`]],
    ['an event for a namespace of 64 KB', [`42/${'n'.repeat(65_536)},["x"]`]],
  ];
  for (const [name, packets] of closing) {
    test(`the connection closes on: ${name}`, async () => {
      const session = await connected();
      for (const packet of packets) session.send(packet);
      await session.untilClosed();
    });
  }

  const ignored = [
    ['an ack for an unknown id', ['43999999[]']],
    ['a forged placeholder in a text event', [`42["no_such_event",${place}]`]],
    ['a forged placeholder __proto__', ['42["no_such_event",{"_placeholder":true,"num":"__proto__"}]']],
    ['a member __proto__', ['42["no_such_event",{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}]']],
    ['duplicate keys', ['42["no_such_event",{"a":1,"a":2}]']],
    ['-0 and large numbers', ['42["no_such_event",-0,1e308,123456789012345678901234567890]']],
    ['an event nobody knows', ['42["no_such_event"]']],
    ['an event without its object', ['42["send_message"]']],
    ['an event with two objects', ['42["typing_start",{},{}]']],
    ['an event whose object is binary', [`451-["send_message",${place}]`, Buffer.from([1, 2])]],
    ['an event name of 200 characters', [`42["${'e'.repeat(200)}"]`]],
    ['an event name with a NUL', ['42["a\\u0000b"]']],
  ];
  for (const [name, packets] of ignored) {
    test(`the connection lives on: ${name}`, async () => {
      const session = await connected();
      for (const packet of packets) session.send(packet);
      await stillServed(session);
      session.close();
    });
  }

  test('an ack id over 2^53 is answered with that id, or closes', async () => {
    const session = await connected();
    session.send('439007199254740993[]');
    session.send('4218446744073709551616["no_such_event"]');
    session.send('429007199254740993["no_such_event"]');
    const outcome = await Promise.race([
      session.untilClosed().then(() => 'closed'),
      (async () => {
        for (;;) {
          const packet = await session.next('an ack');
          if (packet.startsWith('43')) return packet;
        }
      })().catch(() => 'closed'),
    ]);
    assert.match(outcome, /^(closed$|4318446744073709551616\[|439007199254740993\[)/);
    session.close();
  });

  for (const [text, stored] of [['\\ud800', '\ufffd'], ['\\udc00\\ud800', '\ufffd\ufffd'], ['a\\ud83d', 'a\ufffd']]) {
    test(`a lone surrogate in ${text} is stored as U+FFFD`, async () => {
      const session = await connected();
      session.send(`421["send_message",{"chatChannelId":${witness.channel},"content":"${text}","clientMessageId":"${randomUUID()}"}]`);
      const packets = [await session.next(), await session.next()]; // the ack, and the message
      assert.ok(packets.some((packet) => packet.startsWith('431[{"ok":true')), packets.join('\n'));
      assert.ok(packets.some((packet) => packet.includes(`"content":"${stored}"`)), packets.join('\n'));
      session.close();
    });
  }

  test('a number beyond all doubles is refused: the event, or the connection', async () => {
    const session = await connected();
    session.send('421["typing_start",{"chatChannelId":1e400}]');
    const outcome = await Promise.race([session.untilClosed().then(() => 'closed'), session.next().catch(() => 'closed')]);
    if (outcome !== 'closed') assert.match(outcome, /^431\[\{.*"validation\..*"field":"chatChannelId"/);
    session.close();
  });

  test('an event name that is a number is refused: the event, or the connection', async () => {
    const session = await connected();
    session.send('421[7,{}]');
    const outcome = await Promise.race([session.untilClosed().then(() => 'closed'), session.next().catch(() => 'closed')]);
    if (outcome !== 'closed') assert.match(outcome, /^431\[\{.*"validation\.unknown_event"/);
    session.close();
  });

  test('a string of 10 MB: close 1009', async () => {
    const session = await connected();
    session.send(`42["x","${'x'.repeat(10_000_000)}"]`);
    assert.equal((await session.untilClosed()).code, 1009);
  });

  test('thousands of namespaces: refused one by one or closed, never served', async () => {
    const session = await connected();
    for (let i = 0; i < 5000; ++i) session.send(`40/n${i},`);
    for (let seen = 0; seen < 5000; ++seen) {
      const packet = await session.next('an answer').catch(() => undefined);
      if (packet === undefined || packet === '41') return; // ten refusals close the client
      assert.match(packet, /^44\/n\d+,\{"message":"Invalid namespace"\}$/);
    }
    session.close();
  });

  test('attachments never sent: nothing happens, and the heartbeat ends it like any other', async () => {
    const session = await connected();
    session.send(`4510-["x",${place}]`);
    session.send(Buffer.alloc(900_000));
    session.close();
  });

  test('ten attachments at the limit of a message are held and let go', async () => {
    for (let i = 0; i < 5; ++i) {
      const session = await connected();
      session.send(`4510-["no_such_event",${place}]`);
      for (let j = 0; j < 9; ++j) session.send(Buffer.alloc(900_000));
      await witness.check();
      session.close();
    }
  });

  test('a storm of connections that never say CONNECT', async () => {
    const sessions = await Promise.all(Array.from({ length: 200 }, () => WebSocketSession.open(endpoint)));
    await witness.check();
    for (const session of sessions) session.close();
  });
});
