import type { Token, Tokens } from 'marked';
import { markdownTokens } from './markdown-tokens';

/** Whoever shows one line or three needs no more of a message. */
const LENGTH_MAX = 1_000;

/** The words that a message in Markdown begins with, on one line: for previews, notifications and what is read aloud. */
export function plainText(markdown: string): string {
  const text = markdown.slice(0, LENGTH_MAX);
  const tokens = markdownTokens(text);
  return (tokens ? words(tokens, ' ') : text).replace(/\s+/gu, ' ').trim();
}

const words = (tokens: readonly Token[], between: string): string => tokens.map(wordsOf).join(between);

function wordsOf(token: Token): string {
  switch (token.type) {
    case 'list':
      return (token as Tokens.List).items.map((item) => words(item.tokens, ' ')).join(' ');
    case 'blockquote':
      return words((token as Tokens.Blockquote).tokens, ' ');
    case 'code':
    case 'codespan':
    case 'escape':
      return (token as Tokens.Code | Tokens.Codespan | Tokens.Escape).text;
    default:
      return 'tokens' in token && token.tokens ? words(token.tokens, '') : token.raw;
  }
}
