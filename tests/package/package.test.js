// What `cmake --install` lays out is enough to build the examples outside the tree, and they serve real clients.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, Program } from '../support/processes.js';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

const inside = (...names) => path.join(folder, ...names);

function run(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe', timeout: 200_000 });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
}

/** The blocks of code in `language` of a document, in order. */
function blocks(name, language) {
  const text = readFileSync(path.join(repositoryRoot, name), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]);
}

const guide = 'docs/guides/library.md';
const [install, buildIt] = blocks(guide, 'sh');

/** Runs a block of shell commands with the folder as home, against another build if there is one to be tested. */
function shell(commands, cwd) {
  const other = process.env.HUBBUB_PACKAGE_BUILD;
  const adapted = other ? commands.replace('cmake --preset release && ', '').replaceAll('build/release', other) : commands;
  run('env', '--chdir', cwd, `HOME=${folder}`, 'bash', '-ec', adapted);
}

let folder;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hubbub-package-'));
  shell(install, repositoryRoot);
});
after(() => rmSync(folder, { recursive: true }));

/** Configures and builds the project in `name`, a folder beside the prefix. */
function buildOutside(name, ...targets) {
  run('cmake', '-S', inside(name), '-B', inside(name, 'build'), '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${inside('.local')}`);
  run('ninja', '-C', inside(name, 'build'), '-j2', ...targets);
}

test('the guide leads from zero to a server that answers', async () => {
  const port = String(await freePort());
  const [source] = blocks(guide, 'cpp');
  const [client] = blocks(guide, 'js');
  assert.ok(source.includes('3000') && client.includes('3000'));
  mkdirSync(inside('echo'));
  writeFileSync(inside('echo/CMakeLists.txt'), blocks(guide, 'cmake')[0]);
  writeFileSync(inside('echo/echo.cpp'), source.replace('3000', port));
  shell(buildIt, inside('echo'));

  const echo = await Program.start(inside('echo/build/echo'), [], { isReady: () => true });
  // Below tests/, where socket.io-client is installed. It tries again until echo listens.
  const place = mkdtempSync(path.join(repositoryRoot, 'tests/node_modules/.package-'));
  try {
    writeFileSync(path.join(place, 'client.mjs'), client.replace('3000', port));
    assert.equal(run(process.execPath, path.join(place, 'client.mjs')), "{ text: 'hello' }\n");
  } finally {
    rmSync(place, { recursive: true });
    await echo.stop();
  }
});

test('the examples build outside the tree, and the guide does there what its tests say', () => {
  cpSync(path.join(repositoryRoot, 'examples'), inside('examples'), { recursive: true });
  buildOutside('examples');
  const { NODE_TEST_CONTEXT, ...env } = process.env; // or the tests would report to this one's runner
  const guideTests = path.join(repositoryRoot, 'tests/docs/guides.test.js');
  const options = { env: { ...env, HUBBUB_BIN_DIR: inside('examples/build') }, encoding: 'utf8', timeout: 120_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', guideTests], options);
  assert.equal(status, 0, `${stdout}${stderr}`);
});

test('the README installs as the guide does', () => {
  assert.ok(blocks('README.md', '').includes(install));
});

test('every installed header compiles by what is installed, and none is internal', () => {
  const headers = readdirSync(inside('.local/include'), { recursive: true }).filter((name) => name.endsWith('.hpp'));
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

/** What a compiler without the CMake target's definitions, but for those given, says of a program with the library's headers. */
function compile(text, ...options) {
  writeFileSync(inside('plain.cpp'), text);
  const args = ['-std=c++20', `-I${inside('.local/include')}`, inside('plain.cpp'), ...options, '-o', inside('plain')];
  return spawnSync('g++', args, { encoding: 'utf8', timeout: 200_000 });
}

test('a program that is compiled otherwise than the library does not compile', () => {
  const { status, stderr } = compile('#include <hubbub/socketio/app.hpp>\nint main() {}\n', '-fsyntax-only');
  assert.notEqual(status, 0);
  assert.match(stderr, /#error .*hubbub::socketio/);
});

test('a program with another version of Boost does not link', () => {
  const targets = readFileSync(inside('.local/lib/cmake/hubbub/hubbubTargets.cmake'), 'utf8');
  const definitions = targets.match(/INTERFACE_COMPILE_DEFINITIONS "([^"]*)"/)[1].split(';').map((name) => `-D${name}`);
  const program = '#include <boost/version.hpp>\n#undef BOOST_VERSION\n#define BOOST_VERSION 100000\n#include <hubbub/base/abi.hpp>\nint main() {}\n';
  const { status, stderr } = compile(program, ...definitions, `-L${inside('.local/lib')}`, '-lhubbub');
  assert.notEqual(status, 0);
  assert.match(stderr, /library_was_compiled_with_boost<100000>/);
});
