import { readdirSync, readFileSync } from 'node:fs';
import { test as nodeTest } from 'node:test';
import { runningPids } from './processes.js';

const kAttemptsMax = 5;
/** A pong has 200 ms to come. A machine that lets us wait for a part of that may break any session. */
const kDisturbanceMs = 50;

/**
 * A test of what happens within fractions of a second. It is tried again if it fails while the scheduler kept this
 * process or a server waiting for a core: only then, so that a server's own race still fails.
 */
export function test(name, body) {
  nodeTest(name, async (t) => {
    for (let attempt = 1; ; ++attempt) {
      const before = waitedMs();
      try {
        return await body(t);
      } catch (error) {
        const waited = waitedMs() - before;
        if (attempt === kAttemptsMax || waited < kDisturbanceMs) throw error;
        t.diagnostic(`tried again: the machine was busy elsewhere for ${waited.toFixed()} ms: ${error.message}`);
      }
    }
  });
}

/** How long the threads of this process and of the servers have been ready to run, but without a core. */
function waitedMs() {
  let nanoseconds = 0;
  for (const pid of [process.pid, ...runningPids()]) {
    try {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[1]);
      }
    } catch {
      // The process, or one of its threads, has just ended.
    }
  }
  return nanoseconds / 1e6;
}
