import { setTimeout as sleep } from 'node:timers/promises';

/** Polls `condition` until it returns something truthy, and returns that. `what` is named in the error. */
export async function until(what, condition, { timeoutMs = 30_000, everyMs = 20 } = {}) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(everyMs);
  }
}

/** `promise`, or an error that names `what` after `timeoutMs`. */
export async function within(what, promise, timeoutMs = 30_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves with the arguments (array) of the next `event` that `matches`. */
export function next(emitter, event, { timeoutMs = 30_000, matches = () => true } = {}) {
  let listener;
  const seen = new Promise((resolve) => {
    listener = (...args) => {
      if (matches(...args)) resolve(args);
    };
    emitter.on(event, listener);
  });
  return within(`the event "${event}"`, seen, timeoutMs).finally(() => emitter.off(event, listener));
}
