// What `cmake --install` lays out is enough to build the examples outside the tree, and they serve real clients.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { freePort, Program } from '../support/processes.js';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const build = path.resolve(repositoryRoot, process.env.HUBBUB_PACKAGE_BUILD ?? 'build/release');

const inside = (...names) => path.join(folder, ...names);

function run(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
}

let folder;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hubbub-package-'));
  run('cmake', '--install', build, '--component', 'library', '--prefix', inside('prefix'));
});
after(() => rmSync(folder, { recursive: true }));

/** Configures and builds the project in `name`, a folder beside the prefix. */
function buildOutside(name, ...targets) {
  run('cmake', '-S', inside(name), '-B', inside(name, 'build'), '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${inside('prefix')}`);
  run('ninja', '-C', inside(name, 'build'), '-j2', ...targets);
}

test('the examples build outside the tree, and echo answers socket.io-client', async () => {
  cpSync(path.join(repositoryRoot, 'examples'), inside('examples'), { recursive: true });
  const port = await freePort();
  const source = readFileSync(inside('examples/echo.cpp'), 'utf8');
  assert.ok(source.includes('3000'));
  writeFileSync(inside('examples/echo.cpp'), source.replaceAll('3000', String(port)));
  buildOutside('examples');

  const echo = await Program.start(inside('examples/build/echo'), [], { isReady: () => true });
  const socket = io(`http://127.0.0.1:${port}`, { reconnectionDelay: 50, reconnectionDelayMax: 50 });
  try {
    const event = new Promise((resolve) => socket.on('message', (...args) => resolve(args)));
    assert.deepEqual(await socket.timeout(10_000).emitWithAck('message', { text: 'hello' }), { text: 'hello' });
    assert.deepEqual(await event, [{ text: 'hello' }]);
  } finally {
    socket.disconnect();
    await echo.stop();
  }
});

test('every installed header compiles by what is installed, and none is internal', () => {
  const headers = readdirSync(inside('prefix/include'), { recursive: true }).filter((name) => name.endsWith('.hpp'));
  assert.ok(headers.includes('hubbub/socketio/app.hpp'));
  assert.deepEqual(headers.filter((name) => /internal|test/.test(name)), []);
  mkdirSync(inside('headers'));
  writeFileSync(inside('headers/all.cpp'), headers.map((name) => `#include <${name}>\n`).join(''));
  writeFileSync(
    inside('headers/CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.25)
project(headers LANGUAGES CXX)
find_package(hubbub 0.1 REQUIRED)
add_library(headers OBJECT all.cpp)
target_compile_options(headers PRIVATE -Wall -Wextra -Werror -fsyntax-only)
target_link_libraries(headers PRIVATE hubbub::socketio)
`,
  );
  buildOutside('headers');
});
