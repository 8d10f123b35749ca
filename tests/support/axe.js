import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { until } from './wait.js';

/** That axe finds nothing against WCAG 2.2 AA on what the page shows now, which is called `screen`. */
export async function assertAccessible(page, screen = '') {
  // Half faded in, everything has too little contrast.
  await until('the page to stand still', () => page.evaluate(() => document.getAnimations().length === 0));
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  assert.deepEqual(found, [], screen);
}
