// Every command of docs/guides/operate.md, in one shell, one after the other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary, freePort } from '../support/processes.js';

const guide = readFileSync(fileURLToPath(new URL('../../docs/guides/operate.md', import.meta.url)), 'utf8');
const kPostgres = '/usr/lib/postgresql/15/bin';

test('the commands of the operator’s guide work', async () => {
  const blocks = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(blocks.length > 10);
  const folder = mkdtempSync(path.join(tmpdir(), 'hubbub-operate-'));
  chmodSync(folder, 0o755); // started as root, Hubbub runs PostgreSQL as another user
  const script = ['set -eu', 'trap \'kill $(jobs -p) 2>/dev/null || true; wait\' EXIT', ...blocks.map((code, i) => `echo "--- ${i}"\n${code}`)].join('\n');
  try {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 110_000,
      env: { HOME: folder, PATH: `${path.dirname(binary('hubbub'))}:${kPostgres}:${process.env.PATH}`, HUBBUB_PORT: String(await freePort()), HUBBUB_THREADS: '1' },
    });
    const said = `${stdout}\n${stderr}`;
    assert.equal(status, 0, said);
    const outputs = stdout.split(/^--- \d+\n/m).slice(1);
    const about = (text) => outputs[blocks.findIndex((code) => code.includes(text))];
    assert.match(about('HUBBUB_PRT'), /is an error/);
    assert.match(about('/readyz'), /ready/);
    assert.match(about('hubbub token'), /^ey[\w-]+\.[\w-]+\.[\w-]+$/m);
    assert.match(about('/metrics'), /^hubbub_sockets 0$/m);
    assert.match(about('pg_restore'), /alice/);
    assert.match(about('curl -fs --cacert'), /ok/);
    assert.match(about('hubbub version'), /\d+\.\d+\.\d+/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
