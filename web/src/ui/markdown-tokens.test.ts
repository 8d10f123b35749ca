import { describe, expect, it } from 'vitest';
import { markdownTokens } from './markdown-tokens';

const LENGTH = 16_384;
const filled = (unit: string): string => unit.repeat(LENGTH / unit.length + 1).slice(0, LENGTH);

/** A generous bound for a loaded machine: unbounded, most of these take seconds, some minutes. */
const TIME_MAX_MS = 1_500;

function expectCheap(text: string): void {
  const began = process.cpuUsage();
  markdownTokens(text);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000, JSON.stringify(text.slice(0, 24))).toBeLessThan(TIME_MAX_MS);
}

describe('markdownTokens', () => {
  it.each([
    '>'.repeat(3_000),
    '1. '.repeat(2_000),
    '+ - '.repeat(3_000),
    '**a '.repeat(2_000) + ' a**'.repeat(2_000),
    '[a'.repeat(3_000) + '](b)'.repeat(3_000),
    '~~a~ '.repeat(3_276),
    '- a\n'.repeat(4_000),
    '> - '.repeat(4_000),
  ])('gives up on what costs too much or nests too deep (%#)', (text) => {
    expectCheap(text);
    expect(markdownTokens(text)).toBeNull();
  });

  const pieces = [
    ...'*_~`[<!#-|\\& \n@',
    ...[
      '1. ',
      '- ',
      '> ',
      '**',
      '*a',
      'a*',
      '_a',
      '~a',
      '~~a~ ',
      '**a* ',
      '[a](',
      '<a',
      '```',
      'http://',
      '[x]: ',
    ],
    ...['- [ ] ', '\n===', '\n---', '| a ', '\n> ', '\n  - '],
  ];

  it('has a bound for each pair of delimiters', { timeout: 120_000 }, () => {
    for (const first of pieces) for (const second of pieces) expectCheap(filled(first + second));
  });

  it('reads what people write, however long', () => {
    const paragraph =
      'A paragraph with **bold**, *leaning* and ~~struck~~ words, `code`, snake_case, 2 * 3 and [a link](https://example.org/a_b).\n\n';
    const list =
      '- one with **bold**\n- two with `code`\n  - two and a half\n\n1. first\n2. second\n\n> said\n> twice\n\n';
    const code = '```ts\nconst a = b * c ** d; // *_~[<\n```\n\n';
    expect(markdownTokens(filled(paragraph))).not.toBeNull();
    expect(markdownTokens(filled(paragraph + list + code))).not.toBeNull();
    expect(markdownTokens('> '.repeat(5) + '- a **b *c* d**')).not.toBeNull();
  });
});
