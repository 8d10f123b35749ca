import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import { Manager } from 'socket.io-client';
import { startConformanceServer } from '../support/conformance-server.js';
import { test } from '../support/timed-test.js';
import { next, until } from '../support/wait.js';

// Two shards: half of the reconnections come to another one than before.
const kRounds = 6;

let server;
let managers = [];
before(async () => void (server = await startConformanceServer({ options: ['--recovery'] })));
after(() => server.stop());
afterEach(() => {
  for (const manager of managers.splice(0)) manager._close();
});

async function connect(transports) {
  const manager = new Manager(`http://127.0.0.1:${server.socketioPort}`, {
    transports,
    autoConnect: false,
    reconnectionDelay: 100,
    randomizationFactor: 0,
  });
  managers.push(manager);
  const socket = manager.socket('/features');
  const connected = next(socket, 'connect');
  socket.connect();
  await connected;
  return socket;
}

const ask = (socket, ...args) => socket.timeout(5000).emitWithAck(...args);

/** Cuts the connection, runs `meanwhile`, and waits until the client is connected again. */
async function cut(socket, meanwhile = () => {}) {
  const gone = next(socket, 'disconnect');
  const back = next(socket, 'connect');
  socket.io.engine.close();
  await gone;
  await meanwhile();
  await back;
}

/** What `socket` gets as `event`, without the offsets. */
function collect(socket, event) {
  const seen = [];
  socket.on(event, (...args) => seen.push(args.slice(0, -1)));
  return seen;
}

for (const transports of [['websocket'], ['polling']]) {
  describe(`connection state recovery, transports ${transports}`, () => {
    test('CONNECT answers with a pid; every event without ack carries an offset', async () => {
      const socket = await connect(transports);
      assert.match(socket._pid, /^[\w-]{20}$/);
      assert.notEqual(socket._pid, socket.id);
      const event = next(socket, 'from-me');
      socket.emit('to-me', 1);
      const [one, offset] = await event;
      assert.equal(one, 1);
      assert.equal(typeof offset, 'string');
      assert.equal(await ask(socket, 'remember', 1), true); // acks carry none
    });

    test('the old id, rooms and data, and what was missed before the CONNECT answer; again and again', async () => {
      const socket = await connect(transports);
      const sender = await connect(transports);
      await ask(socket, 'join', 'r');
      await ask(socket, 'remember', { name: 'Ada' });
      const { id } = socket;
      const room = collect(socket, 'from-room');
      const all = collect(socket, 'from-all');
      let whenConnected = null;
      socket.on('connect', () => (whenConnected = room.length));

      const expected = [];
      for (let round = 0; round < kRounds; ++round) {
        sender.emit('to-room', 'r', `live ${round}`);
        expected.push([`live ${round}`]);
        await until('the live event', () => room.length === expected.length);
        await cut(socket, async () => {
          for (let i = 0; i < 3; ++i) sender.emit('to-room', 'r', round, i);
          sender.emit('to-room', 'elsewhere', 'not for it');
          sender.emit('to-all', Buffer.from([round]));
          await ask(sender, 'recall');
        });
        expected.push([round, 0], [round, 1], [round, 2]);
        assert.equal(socket.recovered, true);
        assert.equal(socket.id, id);
        assert.equal(whenConnected, expected.length);
        assert.deepEqual(room, expected);
        assert.deepEqual(all.at(-1), [Buffer.from([round])]);
        assert.equal(all.length, round + 1);
        assert.deepEqual(await ask(socket, 'recall'), [{ name: 'Ada' }, true]);
      }
    });

    test('after no event at all', async () => {
      const socket = await connect(transports);
      const sender = await connect(transports);
      const seen = collect(socket, 'from-all');
      const { id } = socket;
      for (let round = 0; round < kRounds; ++round) await cut(socket);
      assert.equal(socket.id, id);
      await cut(socket, async () => {
        sender.emit('to-all', 'missed');
        await ask(sender, 'recall');
      });
      assert.deepEqual([socket.recovered, socket.id, seen], [true, id, [['missed']]]);
    });

    test('a volatile event that ends in a string is not taken for an offset', async () => {
      const socket = await connect(transports);
      const sender = await connect(transports);
      const seen = collect(socket, 'from-all');
      sender.emit('to-all', 1);
      sender.emit('volatile-to-all', 2, 'text');
      sender.emit('volatile-to-all', 3, null);
      await until('them', () => seen.length === 3);
      await cut(socket, async () => {
        sender.emit('volatile-to-all', 4, 'not kept');
        sender.emit('to-all', 5);
        await ask(sender, 'recall');
      });
      assert.equal(socket.recovered, true);
      assert.deepEqual(seen, [[1], [2, 'text'], [3], [5]]);
    });

    test('nothing is lost or doubled while others send all the time', async () => {
      const socket = await connect(transports);
      const sender = await connect(['websocket']);
      const seen = collect(socket, 'from-all');
      let sent = 0;
      const sending = setInterval(() => sender.emit('to-all', sent++), 1);
      for (let round = 0; round < kRounds; ++round) {
        await cut(socket);
        assert.equal(socket.recovered, true);
      }
      clearInterval(sending);
      await until('all', () => seen.length >= sent);
      assert.deepEqual(seen.flat(), Array.from({ length: sent }, (_, i) => i));
    });

    test('whoever left of their own will is not recovered', async () => {
      const [socket, witness] = [await connect(transports), await connect(transports)];
      const { id } = socket;
      const left = next(witness, 'left', { matches: (who) => who === id });
      socket.disconnect();
      // The new connection may be read before what the old one said last.
      await left;
      const back = next(socket, 'connect');
      socket.connect();
      await back;
      assert.equal(socket.recovered, false);
      assert.notEqual(socket.id, id);
      assert.deepEqual(await ask(socket, 'recall'), [null, false]);
    });

    test('a client that is back before its old connection is found dead takes its place', async () => {
      const [old, witness] = [await connect(transports), await connect(transports)];
      const { id, _pid: pid } = old;
      old.io.reconnection(false);
      const left = next(witness, 'left', { matches: (who) => who === id });
      const fresh = new Manager(`http://127.0.0.1:${server.socketioPort}`, { transports, autoConnect: false });
      managers.push(fresh);
      const socket = fresh.socket('/features', { auth: { pid } });
      const connected = next(socket, 'connect');
      socket.connect();
      await connected;
      assert.equal(socket.id, id);
      assert.equal((await left)[1], 'transport close');
    });

    test('an unknown pid is a new client', async () => {
      const fresh = new Manager(`http://127.0.0.1:${server.socketioPort}`, { transports, autoConnect: false });
      managers.push(fresh);
      const socket = fresh.socket('/features', { auth: { pid: 'x'.repeat(20), offset: '0-1' } });
      const connected = next(socket, 'connect');
      socket.connect();
      await connected;
      assert.deepEqual(await ask(socket, 'recall'), [null, false]);
    });
  });
}
