import axe from 'axe-core';
import assert from 'node:assert/strict';

const kEverything = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
/** What can change when only the colours do. */
export const kColours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** That axe finds nothing against WCAG 2.2 AA on what the page shows now, which is called `screen`. */
export async function assertAccessible(page, screen = '', runOnly = kEverything) {
  // Half faded in, everything has too little contrast.
  await page.waitForFunction(() => document.getAnimations().length === 0);
  // Once a page. @axe-core/playwright would bring it along each time, and open a second page to finish in: there are no frames here.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const { violations } = await window.axe.run({ runOnly: rules, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  }, runOnly);
  assert.deepEqual(found, [], screen);
}
