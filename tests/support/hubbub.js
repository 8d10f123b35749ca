import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { request } from './http.js';
import { copyCluster, newCluster } from './new-cluster.js';
import { atExit, binary, freePort, Program } from './processes.js';

/** The private PostgreSQL: where it lives in the data directory, and how to reach it. */
const kPostgresDirectory = 'postgres';
const kSocketDirectory = 'postgres-socket';
const kDatabase = { user: 'hubbub', database: 'hubbub' };

const kMemory = '/dev/shm';
const kMemoryMin = 2 ** 31;
const kWebDirectory = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** What is set for the suites, or by whoever runs them: Hubbub would refuse or obey it. */
const foreignVariables = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^HUBBUB_|^DATABASE_URL$/.test(name))
    .map((name) => [name, undefined]),
);

/** In memory where there is room: a new database flushes for seconds, and no suite cuts the power. */
function scratchRoot() {
  try {
    const { bavail, bsize } = statfsSync(kMemory);
    if (bavail * bsize > kMemoryMin) return kMemory;
  } catch {
    // No such directory here.
  }
  return tmpdir();
}

/** A running `hubbub serve` with its private PostgreSQL, in a temporary data directory of its own. */
export class Hubbub {
  static async start({ env = {} } = {}) {
    const cluster = await newCluster(binary('hubbub'), Hubbub.#withNewCluster);
    const hubbub = await Hubbub.#prepare(env);
    mkdirSync(hubbub.dataDir);
    copyCluster(cluster, path.join(hubbub.dataDir, kPostgresDirectory));
    await hubbub.#launch();
    return hubbub;
  }

  /** One that has made its database and stopped; its files are removed when this process ends. */
  static async #withNewCluster() {
    const hubbub = await Hubbub.#prepare({});
    await hubbub.#launch();
    await hubbub.program.stop();
    return path.join(hubbub.dataDir, kPostgresDirectory);
  }

  static async #prepare(env) {
    const scratch = mkdtempSync(path.join(scratchRoot(), 'hubbub-suite-'));
    // Started as root, Hubbub runs PostgreSQL as another user, who has to reach the data directory.
    await chmod(scratch, 0o755);
    const hubbub = new Hubbub(scratch, await freePort(), env);
    atExit(() => hubbub.#removeAll());
    return hubbub;
  }

  constructor(scratch, port, env) {
    this.scratch = scratch;
    this.dataDir = path.join(scratch, 'data');
    this.port = port;
    this.url = `${env.HUBBUB_TLS_CERTIFICATE_FILE ? 'https' : 'http'}://127.0.0.1:${port}`;
    this.env = env;
  }

  async #launch() {
    const env = {
      ...foreignVariables,
      HUBBUB_HOST: '127.0.0.1',
      HUBBUB_PORT: `${this.port}`,
      HUBBUB_DATA_DIR: this.dataDir,
      HUBBUB_THREADS: '2',
      HUBBUB_WEB_DIR: existsSync(kWebDirectory) ? kWebDirectory : undefined,
    };
    this.program = await Program.start(binary('hubbub'), ['serve'], {
      env: { ...env, ...this.env },
      isReady: () => this.#isReady(),
    });
  }

  async #isReady() {
    try {
      return (await request(`${this.url}/readyz`)).status === 200;
    } catch {
      return false;
    }
  }

  /** SIGKILL: no time to flush, drain or stop PostgreSQL. */
  kill9() {
    return this.program.kill();
  }

  /** Starts again after a kill or a stop: same data, same port. */
  restart() {
    return this.#launch();
  }

  /** SIGTERM; fails unless it leaves with 0, in time and without a sanitizer's report. */
  async stop() {
    try {
      await this.program.stop();
    } finally {
      this.#removeAll();
    }
  }

  /** A connection to the private PostgreSQL; the caller ends it. */
  async sql() {
    const client = new pg.Client({ host: path.join(this.dataDir, kSocketDirectory), ...kDatabase });
    await client.connect();
    return client;
  }

  #removeAll() {
    this.#killPostgres();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  #killPostgres() {
    let pid;
    try {
      pid = Number(readFileSync(path.join(this.dataDir, kPostgresDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.dataDir)) return;
      process.kill(pid, 'SIGQUIT');
    } catch {
      // No PID file, or nobody behind it: nothing is left to stop.
    }
  }
}
