import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startConformanceServer } from '../support/conformance-server.js';
import { atExit } from '../support/processes.js';

const kScript = fileURLToPath(new URL('python_client.py', import.meta.url));
const kSteps = [
  'connects with its auth object',
  'ends on its last transport',
  'events',
  'a hundred events',
  'acks, client to server',
  'binary, in events and acks',
  'namespaces share one connection',
  'acks, server to client',
  'disconnects',
  'connect_error: unknown namespace',
  'reconnects to a server that was killed',
  'stays connected over several heartbeats',
];

// A client in Python on a busy machine does not always keep the other suites' 200 ms for a pong and 1 s for its CONNECT.
const kPatience = ['--ping-interval', '300', '--ping-timeout', '3000', '--connect-timeout', '10000'];

/** Runs the script; the steps that it passed, its errors, and whether it ended well. */
async function runClient(transports) {
  let server = await startConformanceServer({ options: kPatience });
  const child = spawn('/usr/bin/python3', [kScript, server.origin, transports], { stdio: ['ignore', 'pipe', 'pipe'] });
  atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const result = { steps: [], errors: '' };
  child.stderr.on('data', (chunk) => (result.errors += chunk));
  for await (const line of createInterface({ input: child.stdout })) {
    const { step, ready } = JSON.parse(line);
    if (step) result.steps.push(step);
    if (!ready) continue;
    const { engineioPort, socketioPort } = server;
    await server.program.kill();
    server = await startConformanceServer({ engineioPort, socketioPort, options: kPatience });
  }
  result.status = await ended;
  await server.stop();
  return result;
}

describe('python3-socketio', { concurrency: true }, () => {
  for (const transports of ['polling', 'websocket', 'polling,websocket']) {
    test(`transports ${transports}`, async (t) => {
      const { steps, errors, status } = await runClient(transports);
      for (const step of kSteps) await t.test(step, () => assert.ok(steps.includes(step), errors));
      assert.equal(status, 0, errors);
    });
  }
});
