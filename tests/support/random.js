import { randomInt } from 'node:crypto';

/** Numbers below n, `random(n)`, from a seed that the test prints: TEST_SEED repeats them. */
export function randomOf(t) {
  let state = Number(process.env.TEST_SEED ?? randomInt(1, 2147483647));
  t.diagnostic(`TEST_SEED=${state}`);
  return (n) => {
    state = (state * 48271) % 2147483647; // MINSTD
    return state % n;
  };
}
