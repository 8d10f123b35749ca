// What the README shows must work when pasted, and what it lists must be all there is.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Hubbub } from '../support/hubbub.js';
import { binary } from '../support/processes.js';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const read = (name) => readFileSync(path.join(repositoryRoot, name), 'utf8');
const readme = read('README.md');

/** The README's only block of code in `language`. */
function block(language) {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  assert.equal(blocks.length, 1);
  return blocks[0][1];
}

test('the client talks to a running hubbub', async () => {
  const example = block('js');
  assert.ok(example.includes('http://127.0.0.1:3000'));
  const hubbub = await Hubbub.start();
  // Below tests/, where socket.io-client is installed.
  const folder = mkdtempSync(path.join(repositoryRoot, 'tests/node_modules/.readme-'));
  let child;
  try {
    const program = path.join(folder, 'chat.mjs');
    writeFileSync(program, example.replaceAll('http://127.0.0.1:3000', hubbub.url));
    child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 20_000 });
    const [printed] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    assert.equal(`${printed}`, '1 Hello\n');
  } finally {
    child?.kill();
    rmSync(folder, { recursive: true });
    await hubbub.stop();
  }
});

test('the library example is the one that is built', () => {
  assert.equal(block('cpp'), read('examples/echo.cpp'));
});

test('the table of the configuration is complete', () => {
  const keysOf = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);
  const env = { PATH: process.env.PATH };
  const configuration = execFileSync(binary('hubbub'), ['config', 'check'], { encoding: 'utf8', env });
  assert.deepEqual(keysOf(readme, /^\| `([a-z_.]+)` \|/gm), keysOf(configuration, /^(\S+)/gm));
});

for (const name of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']) {
  test(`${name} points only at what exists`, () => {
    const prose = read(name).replace(/^```.*?^```$/gms, '');
    const targets = [...prose.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]);
    for (const target of targets) assert.ok(existsSync(path.join(repositoryRoot, target)), target);
  });
}
