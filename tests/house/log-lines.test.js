// Whoever runs the server finds in the guide what its warnings and errors mean.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kWritten = /log::(?:warn|error|write)\(\s*(?:[^;]*?,\s*)??"([a-z_]+)"|"level":"error","event":"([a-z_]+)"/g;

test('every line of warn or error that the server writes is in the guide, and no other', () => {
  const sources = readdirSync(path.join(root, 'server'), { recursive: true }).filter(
    (name) => /\.[ch]pp$/.test(name) && !name.endsWith('_test.cpp'),
  );
  const written = sources.flatMap((name) =>
    [...readFileSync(path.join(root, 'server', name), 'utf8').matchAll(kWritten)].map(([, event, raw]) => event ?? raw),
  );
  const guide = readFileSync(path.join(root, 'docs/guides/operate.md'), 'utf8');
  const table = guide.slice(guide.indexOf('| `event` |'), guide.indexOf('## Backup'));
  const explained = table.split('\n').flatMap((row) => row.split('|')[1]?.match(/`[a-z_]+`/g) ?? []);
  const names = explained.map((name) => name.slice(1, -1)).filter((name) => name !== 'event');
  assert.deepEqual(names.sort(), [...new Set(written)].sort());
});
