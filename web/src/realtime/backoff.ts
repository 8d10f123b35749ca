const FIRST_MS = 500;
const MOST_MS = 20_000;

/** How long to wait before attempt 1, 2, 3 …: doubling, capped, and half random so that clients spread out. */
export function backoffMs(attempt: number, random: number = Math.random()): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}
