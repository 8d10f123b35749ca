import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, within } from './wait.js';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const sanitizerReport = /ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer|LeakSanitizer/;

/** Where the programs under test are: HUBBUB_BIN_DIR, or the sanitized build. */
export function binary(name) {
  return path.join(path.resolve(repositoryRoot, process.env.HUBBUB_BIN_DIR ?? 'build/dev/bin'), name);
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const started = new Set();

export function runningPids() {
  return [...started].filter((program) => !program.ended).map((program) => program.pid);
}

/** One program under test. Whatever happens to this process, the program does not outlive it. */
export class Program {
  #child;
  #exited;
  #mustLive = false;
  #chunks = [];

  /** Starts `command args`; resolves when `isReady(program)` is true. */
  static async start(command, args, { env = {}, isReady, readyTimeoutMs = 60_000 }) {
    const program = new Program(command, args, env);
    try {
      await until(`${path.basename(command)} to be ready`, () => program.#exitedEarly() || isReady(program), {
        timeoutMs: readyTimeoutMs,
      });
    } catch (error) {
      await program.kill();
      throw new Error(`${error.message}\n${program.log}`);
    }
    program.#mustLive = true;
    return program;
  }

  constructor(command, args, env) {
    this.name = path.basename(command);
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.on('data', (chunk) => this.#chunks.push(chunk));
    this.#child.stderr.on('data', (chunk) => this.#chunks.push(chunk));
    this.#child.on('error', (error) => this.#chunks.push(Buffer.from(`${error}\n`)));
    this.#exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => resolve({ code, signal }));
    });
    started.add(this);
    this.#exited.then(({ code, signal }) => {
      this.ended = true;
      if (this.#mustLive) this.#crashed(code ?? signal);
    });
  }

  /** Nothing is left to test: whatever waits for an answer would only time out, one after the other. */
  #crashed(how) {
    process.stderr.write(`${this.name} ended by itself: ${how}\n`);
    process.exit(1);
  }

  get pid() {
    return this.#child.pid;
  }

  /** All that the program has written so far, stdout and stderr. */
  get log() {
    return Buffer.concat(this.#chunks).toString();
  }

  signal(name) {
    if (!this.ended && this.pid) process.kill(this.pid, name);
  }

  /** SIGTERM; an error unless it then leaves in time, with status 0 and no sanitizer report. */
  async stop(timeoutMs = 20_000) {
    this.#mustLive = false;
    this.signal('SIGTERM');
    let exit;
    try {
      exit = await within(`${this.name} to stop on SIGTERM`, this.#exited, timeoutMs);
    } catch (error) {
      await this.kill();
      throw error;
    }
    if (exit.code !== 0 || sanitizerReport.test(this.log)) {
      process.exitCode = 1;
      throw new Error(`${this.name} left with ${JSON.stringify(exit)}\n${this.log.slice(-20_000)}`);
    }
  }

  /** SIGKILL, and wait until it is gone. */
  async kill() {
    this.#mustLive = false;
    this.signal('SIGKILL');
    if (this.pid) await within(`${this.name} to be gone`, this.#exited);
  }

  #exitedEarly() {
    if (this.ended) throw new Error(`${this.name} left before it was ready`);
    return false;
  }
}

/** A program that says on its standard output when it listens. */
export function startUntilLine(command, args, line, options = {}) {
  const isReady = (program) => program.log.split('\n').includes(line);
  return Program.start(command, args, { ...options, isReady });
}

const lastActions = [];

/** Runs `action` (synchronous) when this process ends, after the programs it started are killed. */
export function atExit(action) {
  lastActions.push(action);
}

process.on('exit', (code) => {
  for (const program of started) {
    program.signal('SIGKILL');
    if (code !== 0 || process.exitCode) process.stderr.write(`--- ${program.name} wrote:\n${program.log.slice(-8000)}\n`);
  }
  for (const action of lastActions) action();
});
for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => process.exit(1));
