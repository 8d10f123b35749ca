// marked takes time that grows with the square of a text's delimiters, and recurses as deep as it nests: 16 KB that somebody
// sends could stop the page of everybody who reads them. Here its work is counted while it goes on.
import { Lexer, Tokenizer, type Token, type Tokens } from 'marked';

/** Characters that the costly rules may look at, all in all: some 10 ms. Text that people write needs a tenth of it. */
const WORK_MAX = 60_000;
/** Blocks and spans within one another. */
const DEPTH_MAX = 12;
/** A list is split in one go, before its work can be counted. */
const LIST_ITEMS_MAX = 500;
const LIST_ITEM = /^[ \t>]*(?:[-+*]|\d{1,9}[.)])(?=[ \t\n])/gm;

class TooDear extends Error {}

/** The tokens of a message in Markdown, or null if its Markdown costs too much: it is shown as it was written then. */
export function markdownTokens(text: string): Token[] | null {
  if ((text.match(LIST_ITEM)?.length ?? 0) > LIST_ITEMS_MAX) return null;
  try {
    return new Lexer({ gfm: true, breaks: true, tokenizer: new BoundedTokenizer() }).lex(text);
  } catch (error) {
    if (error instanceof TooDear) return null;
    throw error;
  }
}

/** Counts the rules that look ahead or nest: as far as their token reaches, or through all that is left if they find none. */
class BoundedTokenizer extends Tokenizer {
  #left = WORK_MAX;
  #depth = 0;

  override emStrong(src: string, masked: string, before?: string): Tokens.Em | Tokens.Strong | undefined {
    return this.#counted(src, '*_', () => super.emStrong(src, masked, before));
  }

  override del(src: string, masked: string, before?: string): Tokens.Del | undefined {
    return this.#counted(src, '~', () => super.del(src, masked, before));
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    return this.#counted(src, '[!', () => super.link(src));
  }

  override tag(src: string): Tokens.Tag | undefined {
    return this.#counted(src, '<', () => super.tag(src));
  }

  override codespan(src: string): Tokens.Codespan | undefined {
    return this.#counted(src, '`', () => super.codespan(src));
  }

  override inlineText(src: string): Tokens.Text | undefined {
    this.#count(src.length / 16);
    return super.inlineText(src);
  }

  override list(src: string): Tokens.List | undefined {
    return this.#deeper(() => super.list(src));
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#deeper(() => super.blockquote(src));
  }

  #counted<T extends Token>(src: string, openers: string, read: () => T | undefined): T | undefined {
    if (!openers.includes(src.charAt(0))) return undefined;
    const token = this.#deeper(read);
    if (!token) this.#count(src.length);
    return token;
  }

  #deeper<T extends Token>(read: () => T | undefined): T | undefined {
    if (this.#depth === DEPTH_MAX) throw new TooDear();
    this.#depth++;
    const token = read();
    this.#depth--;
    this.#count(token?.raw.length ?? 0);
    return token;
  }

  #count(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new TooDear();
  }
}
