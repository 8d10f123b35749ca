import { expect, test } from 'vitest';
import { plainText } from './plain-text';

test.each([
  ['**bold**, *it*, ~~gone~~ and `code`', 'bold, it, gone and code'],
  ['[a link](https://example.org)\n\n> quoted\n\n- one\n- two', 'a link quoted one two'],
  ['> said\n> - one\n> - two', 'said one two'],
  ['# Title\nline\nnext', 'Title line next'],
  ['```ts\nlet a = 1;\n\nlet b;\n```', 'let a = 1; let b;'],
  ['1 < 2 & <b>x</b> \\*', '1 < 2 & <b>x</b> *'],
  ['snake_case and 2 * 3 * 4', 'snake_case and 2 * 3 * 4'],
])('%s', (markdown, plain) => expect(plainText(markdown)).toBe(plain));
