// The guide's code is that of the examples, which are built, and does what the guide says. (tests/package runs its shell commands.)
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { binary, freePort, Program } from '../support/processes.js';
import { next, until } from '../support/wait.js';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const read = (name) => readFileSync(path.join(repositoryRoot, name), 'utf8');
const flat = (code) => code.replace(/^\s+/gm, '');

test('every piece of C++ in the guide is part of an example', () => {
  const examples = flat(read('examples/echo.cpp')) + flat(read('examples/guide.cpp'));
  const blocks = [...read('docs/guides/library.md').matchAll(/^```cpp\n(.*?)^```$/gms)];
  assert.ok(blocks.length > 15);
  for (const [, code] of blocks) assert.ok(examples.includes(flat(code)), code);
});

for (const name of readdirSync(path.join(repositoryRoot, 'docs/guides'))) {
  test(`${name} points only at what exists`, () => {
    const text = read(`docs/guides/${name}`);
    const targets = [...text.replace(/^```.*?^```$|`[^`\n]*`/gms, '').matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]);
    for (const target of targets) assert.ok(existsSync(path.join(repositoryRoot, 'docs/guides', target)), target);
  });
}

test('every name on our side of "From Node" is one of the headers', () => {
  const headers = ['socketio', 'engineio', 'adapters/local', 'net/http']
    .flatMap((module) => readdirSync(path.join(repositoryRoot, 'server', module)).map((name) => `server/${module}/${name}`))
    .filter((name) => name.endsWith('.hpp'))
    .map(read)
    .join('\n');
  const rows = read('docs/guides/from-node.md').split('\n').filter((line) => line.startsWith('|')).map((line) => line.split(' | '));
  const code = rows.flatMap(([, ours]) => [...(ours ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]));
  const names = code.flatMap((text) => text.replace(/"[^"]*"/g, '').match(/[A-Za-z]+(_[a-z]+)+|\b[A-Z][a-zA-Z]+\b|\w+(?=\()/g) ?? []);
  const others = new Set(['string_view', 'co_await', 'regex']);
  assert.ok(names.length > 60);
  for (const name of names) assert.ok(others.has(name) || new RegExp(`\\b${name}\\b`).test(headers), name);
});

test('every public name of the library has a docstring', () => {
  const { status, stdout, stderr } = spawnSync(path.join(repositoryRoot, 'tools/api-docs'), { encoding: 'utf8' });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
});

let server;
let url;
const sockets = [];
before(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const answers = () => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false);
  server = await Program.start(binary('guide'), [String(port)], { isReady: () => true });
  await until('the guide to serve', answers);
});
after(async () => {
  for (const socket of sockets) socket.disconnect();
  await server.stop();
});

function open(name, { namespace = '/chat', ...options } = {}) {
  const socket = io(url + namespace, { auth: { name }, forceNew: true, reconnection: false, ...options });
  sockets.push(socket);
  return socket;
}

async function connect(name, options) {
  const socket = open(name, options);
  await next(socket, 'connect');
  return { socket, ask: (...args) => socket.timeout(10_000).emitWithAck(...args) };
}

test('middlewares: a client says who it is, and an event may be refused', async () => {
  const [error] = await next(open(undefined), 'connect_error');
  assert.equal(error.message, 'who are you?');
  assert.deepEqual(error.data, { field: 'name' });
  const { ask } = await connect('ann');
  assert.equal(await ask('who-am-i'), 'ann');
  const { error: refused } = await ask('forbidden');
  assert.equal(refused.code, 'refused');
  assert.equal(refused.message, 'not here');
});

test('events: raw ones with binary, and those without a handler', async () => {
  const { socket, ask } = await connect('ann');
  const echoed = next(socket, 'echo');
  assert.deepEqual(await ask('echo', Buffer.from([1, 2])), Buffer.from([1, 2]));
  assert.deepEqual(await echoed, [Buffer.from([1, 2])]);
  assert.equal(await ask('nonsense'), 'no such event: nonsense');
});

test('rooms: who joins is announced, who says is heard, who leaves is named', async () => {
  const ann = await connect('ann');
  const bob = await connect('bob');
  assert.equal(await ann.ask('join', 'r'), 1);
  const joined = next(ann.socket, 'joined');
  await bob.ask('join', 'r');
  assert.deepEqual(await joined, [bob.socket.id]);
  const heard = [next(ann.socket, 'said'), next(bob.socket, 'said')];
  bob.socket.emit('say', 'r', 'hi');
  assert.deepEqual(await Promise.all(heard), [['hi'], ['hi']]);
  assert.equal(await ann.ask('count', 'r'), 2);
  const left = next(ann.socket, 'left');
  const { id } = bob.socket;
  bob.socket.disconnect();
  assert.deepEqual(await left, [id, 'client namespace disconnect']);
});

test('typed payloads: what fits arrives, what does not names the field', async () => {
  const { socket, ask } = await connect('ann');
  await ask('join', 'posts');
  const posted = next(socket, 'post');
  assert.deepEqual(await ask('post', { room: 'posts', text: 'x', stars: 3 }), { room: 'posts', stars: 3 });
  assert.deepEqual(await posted, [{ room: 'posts', text: 'x', stars: 3 }]);
  assert.deepEqual(await ask('post', { room: 'posts', text: 'x', stars: '3' }), {
    error: { code: 'invalid_payload', field: 'stars', message: 'stars: expected integer' },
  });
  const { error } = await ask('post', { room: 'posts', text: '' });
  assert.equal(error.message, 'text: expected some text');
});

test('acks: later, from a coroutine, from a client, from a room', async () => {
  const { socket, ask } = await connect('ann');
  assert.equal(await ask('later', 'x'), 'x');
  assert.equal(await ask('slow', 1), 'done');
  socket.once('question', (_, answer) => answer('Ann'));
  assert.equal(await ask('ask-me'), 'Ann');
  const other = await connect('bob');
  for (const { socket: each, ask: request } of [{ socket, ask }, other]) {
    await request('join', 'asked');
    each.once('question', (_, answer) => answer('yes'));
  }
  assert.deepEqual(await socket.timeout(10_000).emitWithAck('ask-room', 'asked'), 2);
});

test('namespaces by a regular expression, and many sockets at once', async () => {
  const [ann, bob] = [await connect('ann', { namespace: '/game-7' }), await connect('bob', { namespace: '/game-7' })];
  const moved = next(bob.socket, 'move');
  ann.socket.emit('move', 'e4');
  assert.deepEqual(await moved, ['e4']);
  const [error] = await next(open('ann', { namespace: '/game-x' }), 'connect_error');
  assert.equal(error.message, 'Invalid namespace');

  const player = await connect('player');
  const kicked = await connect('kicked');
  await player.ask('join', 'lobby');
  await kicked.ask('join', 'kicked');
  const begun = next(player.socket, 'begin');
  const gone = next(kicked.socket, 'disconnect');
  player.socket.emit('begin');
  await Promise.all([begun, gone]);
});

test('slow clients: a volatile event, and a producer that stops when its client is behind', async () => {
  const [ann, bob] = [await connect('ann'), await connect('bob')];
  const cursor = next(bob.socket, 'cursor');
  ann.socket.emit('cursor', 3, 4);
  assert.deepEqual(await cursor, [3, 4]);
  const parts = await ann.ask('download');
  assert.ok(parts > 0 && parts <= 1000, String(parts));
});

test('TLS with the certificate that the guide makes', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hubbub-guide-'));
  const commands = [...read('docs/guides/library.md').matchAll(/^```sh\n(openssl .*?)^```$/gms)].map((match) => match[1]);
  assert.equal(commands.length, 1);
  execFileSync('bash', ['-ec', commands[0]], { cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const files = ['certificate.pem', 'key.pem'].map((name) => path.join(folder, name));
  const secure = await Program.start(binary('guide'), [String(port), ...files], { isReady: () => true });
  try {
    const socket = io(`https://localhost:${port}/chat`, { auth: { name: 'ann' }, ca: readFileSync(files[0]), reconnectionDelay: 50 });
    sockets.push(socket);
    assert.equal(await socket.timeout(10_000).emitWithAck('who-am-i'), 'ann');
    socket.disconnect();
  } finally {
    await secure.stop();
    rmSync(folder, { recursive: true });
  }
});

test('other routes on the same port, a broadcast from one, and a refused request', async () => {
  assert.equal(await (await fetch(`${url}/healthz`)).text(), 'ok\n');
  assert.equal((await fetch(`${url}/nothing`)).status, 404);
  const { socket } = await connect('ann');
  const announced = next(socket, 'announcement');
  await fetch(`${url}/announce?text=tea`);
  assert.deepEqual(await announced, ['tea']);
  const banned = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-banned': '1' } });
  assert.equal(banned.status, 403);
  assert.deepEqual(await banned.json(), { code: 4, message: 'banned' });
});
