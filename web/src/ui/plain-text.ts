import { Lexer, type Token, type Tokens } from 'marked';

/** The words of a message in Markdown, on one line: for previews, notifications and what is read aloud. */
export const plainText = (markdown: string): string =>
  words(new Lexer({ gfm: true, breaks: true }).lex(markdown), ' ')
    .replace(/\s+/gu, ' ')
    .trim();

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
