import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { startConformanceServer } from '../support/conformance-server.js';
import { launchBrowser } from '../support/browser.js';
import { test } from '../support/timed-test.js';

// A browser on a busy machine does not always answer a ping within the other suites' 200 ms.
const kHeartbeat = ['--ping-interval', '300', '--ping-timeout', '5000'];

/** Runs in the page: a client with what the tests ask of it. */
function prepare() {
  window.connect = (url, options = {}) =>
    new Promise((resolve, reject) => {
      const { namespace = '', ...rest } = options;
      const socket = window.io(url + namespace, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 100, ...rest });
      window.socket = socket;
      socket.once('connect_error', (error) => reject(new Error(`connect_error: ${error.message}`)));
      socket.once('connect', () => {
        const { engine } = socket.io;
        const last = (rest.transports ?? ['polling', 'websocket']).at(-1);
        if (engine.transport.name === last) resolve(socket);
        else engine.once('upgrade', () => resolve(socket));
      });
    });
  window.next = (socket, event) => new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
  window.bytes = (data) => [...new Uint8Array(data)];
}

describe('socket.io-client in Chromium', () => {
  let server;
  let elsewhere;
  let browser;
  before(async () => {
    server = await startConformanceServer({ options: kHeartbeat });
    // Pages of the first may connect to the second, with cookies.
    const options = [...kHeartbeat, '--origin', server.origin, '--credentials', '--cookie'];
    elsewhere = await startConformanceServer({ options });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server.stop();
    await elsewhere.stop();
  });

  /** A page of `origin` in a browser profile of its own, which ends with the test. */
  async function openPage(t, origin = server.origin) {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${origin}/page`);
    await page.evaluate(prepare);
    return page;
  }

  test('the page has the client from /socket.io/socket.io.js, and the other bundles work too', async (t) => {
    const page = await openPage(t);
    assert.equal(await page.evaluate(() => typeof window.io.Manager), 'function');
    const answers = await page.evaluate(async () => {
      const { io } = await import('/socket.io/socket.io.esm.min.js');
      const script = document.createElement('script');
      script.src = '/socket.io/socket.io.min.js';
      await new Promise((resolve) => {
        script.onload = resolve;
        document.head.append(script);
      });
      return Promise.all([io, window.io].map((f) => f({ forceNew: true }).timeout(5000).emitWithAck('message-with-ack', 7)));
    });
    assert.deepEqual(answers, [7, 7]);
  });

  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    test(`${transports}: events, acks both ways, binary, and the last transport`, async (t) => {
      const page = await openPage(t);
      const seen = await page.evaluate(async (transports) => {
        const { connect, next, bytes } = window;
        const socket = await connect('', { transports, auth: { token: 'abc' } });
        const transport = socket.io.engine.transport.name;
        const back = next(socket, 'message-back');
        socket.emit('message', 1, { a: [null, 'zażółć 🦊'] }, new Uint8Array([1, 2, 255]), new Blob(['xyz']));
        const [one, object, array, blob] = await back;
        const large = new Uint8Array(100_000).fill(7);
        const answer = await socket.timeout(5000).emitWithAck('message-with-ack', { large });
        const features = socket.io.socket('/features');
        await next(features, 'connect');
        features.on('question', (data, reply) => reply(new Uint8Array([...bytes(data), 9])));
        const answered = next(features, 'answered');
        features.emit('ask', new Uint8Array([8]));
        const [reply] = await answered;
        socket.io._close();
        return {
          transport,
          event: [one, object, bytes(array), bytes(blob)],
          large: bytes(answer.large).every((byte) => byte === 7) && answer.large.byteLength,
          reply: bytes(reply),
        };
      }, transports);
      assert.deepEqual(seen, {
        transport: transports.at(-1),
        event: [1, { a: [null, 'zażółć 🦊'] }, [1, 2, 255], [120, 121, 122]],
        large: 100_000,
        reply: [8, 9],
      });
    });

    test(`${transports}: from another origin, with credentials: CORS, the preflight, and the cookie comes back`, async (t) => {
      const page = await openPage(t);
      const cookies = [];
      page.on('request', (sent) => {
        if (sent.url().includes('sid=')) cookies.push(sent.allHeaders().then(({ cookie = 'none' }) => cookie, () => 'the page was closed'));
      });
      const answer = await page.evaluate(
        async ([url, transports]) => {
          // A header of its own makes the browser ask first.
          const extraHeaders = { 'x-own': '1' };
          const socket = await window.connect(url, { transports, withCredentials: true, extraHeaders });
          return socket.timeout(5000).emitWithAck('message-with-ack', 'from afar');
        },
        [elsewhere.origin, transports],
      );
      assert.equal(answer, 'from afar');
      if (transports[0] === 'websocket') return; // its requests are hidden from the page
      const [first, ...others] = await Promise.all(cookies);
      assert.match(first, /^io=[\w-]{20}$/);
      for (const cookie of others) assert.equal(cookie, first);
    });
  }

  test('from an origin that is not allowed: no connection by polling', async (t) => {
    const page = await openPage(t, elsewhere.origin.replace('127.0.0.1', 'localhost'));
    const failure = await page.evaluate(
      (url) => window.connect(url, { transports: ['polling'] }).catch((error) => error.message),
      elsewhere.origin,
    );
    assert.equal(failure, 'connect_error: xhr poll error');
  });

  for (const transports of [['websocket'], ['polling', 'websocket']]) {
    test(`${transports}: reconnects to a server that was killed, and sends what it had kept`, async (t) => {
      let own = await startConformanceServer({ options: kHeartbeat });
      const page = await openPage(t, own.origin);
      await page.evaluate(async (transports) => {
        window.ids = [(await window.connect('', { transports })).id];
        window.reason = window.next(window.socket, 'disconnect').then(([reason]) => reason);
        window.again = window.next(window.socket, 'connect').then(() => window.socket.id);
        window.back = window.next(window.socket, 'message-back');
      }, transports);
      await own.program.kill();
      const reason = await page.evaluate(async () => {
        const why = await window.reason;
        window.socket.emit('message', 'kept');
        return why;
      });
      assert.match(reason, /^transport (close|error)$/);
      const { engineioPort, socketioPort } = own;
      own = await startConformanceServer({ engineioPort, socketioPort, options: kHeartbeat });
      const [first, second, back] = await page.evaluate(async () => [window.ids[0], await window.again, await window.back]);
      assert.notEqual(first, second);
      assert.deepEqual(back, ['kept']);
      await page.close();
      await own.stop();
    });
  }

  test('a page that is left: the server sees a transport close', async (t) => {
    const [page, witness] = [await openPage(t), await openPage(t)];
    const id = await page.evaluate(async () => (await window.connect('', { namespace: '/features' })).id);
    await witness.evaluate(async () => {
      const socket = await window.connect('', { namespace: '/features' });
      window.left = new Promise((resolve) => socket.on('left', (...args) => resolve(args)));
    });
    await page.goto('about:blank');
    const [who, why] = await witness.evaluate(() => window.left);
    assert.deepEqual([who, why], [id, 'transport close']);
  });
});
