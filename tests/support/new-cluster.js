import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const kFolder = fileURLToPath(new URL('../../build/new-clusters', import.meta.url));

/**
 * A private PostgreSQL as the first start of `program` leaves it: initdb and all migrations are two seconds of CPU, too much for each
 * suite. `make` returns the directory of one whose server has stopped; it is called once for each build of the program.
 */
export async function newCluster(program, make) {
  const { mtimeMs, size } = statSync(program);
  const name = `${Math.round(mtimeMs)}-${size}`;
  const kept = path.join(kFolder, name);
  if (existsSync(kept)) return kept;
  mkdirSync(kFolder, { recursive: true });
  for (const old of readdirSync(kFolder)) {
    if (!old.startsWith(name)) rmSync(path.join(kFolder, old), { recursive: true, force: true });
  }
  const unfinished = mkdtempSync(path.join(kFolder, `${name}.`));
  copyCluster(await make(), path.join(unfinished, 'cluster'));
  try {
    renameSync(path.join(unfinished, 'cluster'), kept);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY') throw error; // of several suites that start at once the first one's is kept
  }
  rmSync(unfinished, { recursive: true });
  return kept;
}

/** To a path where nothing is yet. Owners stay: PostgreSQL insists on its own. */
export function copyCluster(from, to) {
  execFileSync('cp', ['-a', from, to]);
}
