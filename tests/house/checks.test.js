// The checks themselves: each must find what is planted in a small tree, and nothing else.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a check over a tree of `files` (path → text); its status and what it printed, a line each. */
function run(check, files) {
  const root = mkdtempSync(path.join(tmpdir(), 'hubbub-house-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    const { status, stdout, stderr } = spawnSync(path.join(repositoryRoot, 'tools', check), [root], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return { status, lines: stdout.split('\n').filter(Boolean) };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const include = (target) => `#pragma once\n#include "${target}"\n`;
const importing = (name) => `import { x } from '${name}';\n`;

const allowed = {
  'server/net/a.hpp': include('runtime/shard.hpp'),
  'server/net/internal/b.hpp': include('base/result.hpp'),
  'server/net/c.hpp': include('net/internal/b.hpp'),
  'server/engineio/packet.hpp': include('base/result.hpp'),
  'server/engineio/payload.hpp': include('engineio/packet.hpp'),
  'server/chat/errc.hpp': include('base/result.hpp'),
  'server/chat/messages/messages.hpp': include('chat/channels/channels.hpp') + include('chat/errc.hpp'),
  'server/main/main.cpp': include('storage/store.hpp'),
  'examples/echo.cpp': include('socketio/server.hpp'),
  'tests/fuzz/x.cpp': include('net/internal/b.hpp'),
  'web/src/app/main.tsx': importing('../features/auth/form') + importing('react'),
  'web/src/features/auth/form.tsx': importing('../../realtime/client') + importing('./field'),
  'web/src/realtime/client.ts': importing('../generated/types') + importing('zustand/vanilla'),
};

test('check-layers lets the allowed arrows pass', () => {
  assert.deepEqual(run('check-layers', allowed), { status: 0, lines: [] });
});

const crossings = [
  ['server/base/x.hpp', include('runtime/shard.hpp')],
  ['server/net/x.cpp', include('engineio/packet.hpp')],
  ['server/engineio/packet_test.cpp', include('net/frame.hpp')],
  ['server/chat/accounts/x.hpp', include('chat/auth/tokens.hpp')],
  ['server/chat/limits/x.hpp', include('socketio/server.hpp')],
  ['server/chat/surprise/x.hpp', include('base/result.hpp')],
  ['server/gateway/socket/x.hpp', include('storage/store.hpp')],
  ['server/gateway/socket/y.hpp', include('net/internal/b.hpp')],
  ['server/surprise/x.hpp', include('base/result.hpp')],
  ['examples/x.cpp', '#include <hubbub/net/internal/b.hpp>\n'],
  ['server/net/y.hpp', include('y.hpp')],
  ['examples/x.cpp', include('net/internal/b.hpp')],
  ['web/src/features/auth/x.ts', importing('../channels/list')],
  ['web/src/features/auth/y.ts', `export * from '../../app/app';\n`],
  ['web/src/realtime/x.ts', importing('react')],
  ['web/src/realtime/y.ts', importing('zustand')],
  ['web/src/realtime/z.ts', importing('../api/http')],
  ['web/src/api/x.ts', `const ui = await import('../ui/button');\n`],
  ['web/src/ui/x.tsx', importing('../realtime/client')],
  ['web/src/generated/x.ts', importing('../api/http')],
];
for (const [name, text] of crossings) {
  test(`check-layers refuses ${name}: ${text.trim().split('\n').at(-1)}`, () => {
    const { status, lines } = run('check-layers', { ...allowed, [name]: text });
    assert.equal(status, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.ok(lines[0].startsWith(`${name} `), lines[0]);
  });
}

test('check-layers finds a header that includes itself by way of another', () => {
  const files = { 'server/chat/errc.hpp': include('chat/auth/x.hpp'), 'server/chat/auth/x.hpp': include('chat/errc.hpp') };
  const { status, lines } = run('check-layers', files);
  assert.equal(status, 1);
  assert.match(lines[0], /includes itself: chat\/auth\/x\.hpp → chat\/errc\.hpp → chat\/auth\/x\.hpp/);
});

const migration = '-- Adds a. Locks: none. Undo: DROP TABLE a.\nCREATE TABLE a ();\n';
const tidy = {
  'server/net/a.hpp': '#pragma once\nnamespace hubbub {}\n',
  'server/runtime/a.cpp': '#include <mutex>\nstd::mutex guard;\n',
  'db/migrations/0001_a.sql': migration,
  'web/src/app/a.ts': 'export const a = 1;\n',
};

test('check-style lets tidy files pass', () => {
  assert.deepEqual(run('check-style', tidy), { status: 0, lines: [] });
});

const untidy = [
  ['a mutex', 'server/net/x.cpp', 'std::mutex guard;\n', /locks/],
  ['a scoped lock', 'server/chat/x.cpp', 'std::scoped_lock lock(guard);\n', /locks/],
  ['a thread_local', 'server/runtime/x.cpp', 'thread_local int a;\n', /thread_local/],
  ['a macro', 'server/net/x.hpp', '#pragma once\n#define A 1\n', /macro A/],
  ['a header without #pragma once', 'server/net/x.hpp', 'int a();\n', /#pragma once/],
  ['a file too long', 'web/src/app/x.ts', 'a();\n'.repeat(401), /401 lines/],
  ['unfinished work', 'server/net/x.cpp', '// TODO: the rest\n', /something to do/],
  ['a tab', 'web/src/app/x.css', 'a {\tcolor: red }\n', /tab/],
  ['trailing white space', 'contract/x.json', '{} \n', /white space/],
  ['no newline at the end', 'docs/x.md', 'text', /newline/],
  ['a gap in the migrations', 'db/migrations/0003_b.sql', migration, /should be 0002/],
  ['a migration without its head', 'db/migrations/0002_b.sql', '-- Adds b. Undo: drop it.\n', /"lock"/],
  ['unformatted C++', 'server/net/x.cpp', 'int  a( ) ;\n', /tools\/format/],
];
for (const [what, name, text, expected] of untidy) {
  test(`check-style refuses ${what}`, () => {
    const { status, lines } = run('check-style', { ...tidy, [name]: text });
    assert.equal(status, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.ok(lines[0].startsWith(name), lines[0]);
    assert.match(lines[0], expected);
  });
}
