// The example clients do what docs/guides/clients.md says, against the real program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

class Chat {
  constructor(command, args) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.lines = [];
    createInterface({ input: this.child.stdout }).on('line', (line) => this.lines.push(line));
    this.child.stderr.on('data', (chunk) => process.stderr.write(chunk));
  }

  say(line) {
    this.child.stdin.write(`${line}\n`);
  }

  sees(line, times = 1) {
    const count = () => this.lines.filter((other) => other === line).length;
    return until(`"${line}" in ${JSON.stringify(this.lines)}`, () => count() >= times, { timeoutMs: 60_000 });
  }
}

test('the clients in JavaScript and Python: send, receive, and miss nothing over a crash', async (t) => {
  const hubbub = await Hubbub.start();
  t.after(() => hubbub.stop());
  const [alice, bob, carol] = [await signUp(hubbub.url), await signUp(hubbub.url), await signUp(hubbub.url)];
  const channel = await createChannel(alice, { members: [bob] });
  // Below tests/, where socket.io-client is installed.
  const folder = mkdtempSync(path.join(repositoryRoot, 'tests/node_modules/.clients-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(path.join(repositoryRoot, 'examples/clients'), folder, { recursive: true });
  const start = (command, file, user) => {
    const chat = new Chat(command, [path.join(folder, file), hubbub.url, user.username, user.password, String(channel)]);
    t.after(() => chat.child.kill('SIGKILL'));
    return chat;
  };
  const js = start(process.execPath, 'chat.mjs', alice);
  const py = start('/usr/bin/python3', 'chat.py', bob);
  await js.sees('here');
  await py.sees('here');

  js.say('from Node');
  for (const chat of [js, py]) await chat.sees(`${alice.id}: from Node`);
  py.say('from Python');
  for (const chat of [js, py]) await chat.sees(`${bob.id}: from Python`);

  await hubbub.kill9();
  js.say('while it was down');
  await hubbub.restart();
  const quick = await ChatClient.connect(hubbub.url, carol.session.accessToken);
  t.after(() => quick.close());
  assert.equal((await quick.ask('join_channel', { chatChannelId: channel })).ok, true);
  assert.equal((await quick.send(channel, 'before they were back')).ok, true);
  for (const chat of [js, py]) {
    await chat.sees('here', 2);
    await chat.sees(`${carol.id}: before they were back`);
    await chat.sees(`${alice.id}: while it was down`);
  }
  py.say('the end');
  for (const chat of [js, py]) {
    await chat.sees(`${bob.id}: the end`);
    const said = chat.lines.filter((line) => line !== 'here');
    assert.equal(new Set(said).size, said.length, `nothing comes twice: ${JSON.stringify(said)}`);
  }
});
