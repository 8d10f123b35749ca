// The npm package @hubbub/client as another application gets it: packed, unpacked, in Node, against the real program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kWeb = path.resolve(import.meta.dirname, '../../web');
const kPackage = path.join(kWeb, 'packages/client');

let hubbub;
let scratch;
before(async () => {
  hubbub = await Hubbub.start();
  // Its dependencies are found in web/node_modules, as they would be beside it.
  mkdirSync(path.join(kWeb, 'node_modules/.cache'), { recursive: true });
  scratch = mkdtempSync(path.join(kWeb, 'node_modules/.cache/client-package-'));
});
after(async () => {
  await hubbub?.stop();
  if (scratch) rmSync(scratch, { recursive: true });
});

test('the packed client sends, follows, survives a kill of the server, and loses or doubles nothing', async () => {
  const npm = (...args) => execFileSync('npm', ['--silent', ...args], { cwd: kWeb, stdio: ['ignore', 'pipe', 'inherit'] });
  npm('run', 'package');
  npm('pack', kPackage, '--pack-destination', scratch);
  const [tarball] = readdirSync(scratch);
  execFileSync('tar', ['xzf', path.join(scratch, tarball), '-C', scratch]);
  const { connect, unreadOf } = await import(pathToFileURL(path.join(scratch, 'package/dist/index.js')));

  const ada = await signUp(hubbub.url);
  const bob = await signUp(hubbub.url);
  const id = await createChannel(ada, { members: [bob] });
  const client = connect({ url: hubbub.url, userId: ada.id, token: () => ada.session.accessToken });
  const status = () => client.connection.status.getState().kind;
  const texts = () => client.timelines.store.getState().get(id)?.timeline?.messages.map(({ content }) => content) ?? [];
  await until('the client to be online', () => status() === 'online');
  client.open(id);
  await until('the channel to be open', () => client.timelines.store.getState().get(id)?.kind === 'ready');
  client.send(id, 'one');
  const other = await ChatClient.connect(hubbub.url, bob.session.accessToken);
  await until('the message to be in the timeline', () => texts().includes('one'));
  await other.send(id, 'two');
  await until('the other’s message', () => texts().includes('two'));
  assert.equal(unreadOf(client.channels.getState(), client.channels.getState().byId.get(id)), 1);

  await hubbub.kill9();
  await until('the client to notice', () => status() === 'reconnecting');
  client.send(id, 'three');
  client.send(id, 'four');
  await hubbub.restart();
  await until('what was written meanwhile to be there', () => texts().length === 4, { timeoutMs: 40_000 });
  assert.deepEqual(texts(), ['one', 'two', 'three', 'four']);
  assert.deepEqual(client.outbox.store.getState(), []);
  const { body } = await bob.api.get(`/channels/${id}/messages`);
  assert.deepEqual(body.messages.map(({ content }) => content), texts());
  client.stop('done');
  other.close();
});
