// Messages as a safe subset of Markdown. marked only splits the text into tokens; every node is made by React, so
// no text becomes HTML. What is outside the subset (HTML, tables, pictures) shows as it was written.
import type { Token, Tokens } from 'marked';
import { memo, type ReactNode } from 'react';
import { Boundary } from '../../ui/boundary';
import { markdownTokens } from '../../ui/markdown-tokens';

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const asWritten = <p className="whitespace-pre-wrap">{withMentions(text)}</p>;
  return (
    <div className="prose">
      <Boundary key={text} fallback={asWritten}>
        <Formatted text={text} otherwise={asWritten} />
      </Boundary>
    </div>
  );
});

function Formatted({ text, otherwise }: { text: string; otherwise: ReactNode }): ReactNode {
  const tokens = markdownTokens(text);
  return tokens ? blocks(tokens) : otherwise;
}

function blocks(tokens: readonly Token[]): ReactNode[] {
  return tokens.map((token, index) => <Block key={index} token={token} />);
}

function Block({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case 'space':
      return null;
    case 'paragraph':
      return <p>{spans((token as Tokens.Paragraph).tokens)}</p>;
    case 'heading':
      return (
        <p>
          <strong>{spans((token as Tokens.Heading).tokens)}</strong>
        </p>
      );
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case 'list':
      return <List list={token as Tokens.List} />;
    case 'hr':
      return <hr />;
    case 'text':
      // The text of a list item: a block by place, a span by nature.
      return <Span token={token} />;
    case 'checkbox':
      return <Span token={token} />;
    default:
      return <p className="whitespace-pre-wrap">{token.raw.trimEnd()}</p>;
  }
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, index) => <li key={index}>{blocks(item.tokens)}</li>);
  return list.ordered ? <ol start={Number(list.start)}>{items}</ol> : <ul>{items}</ul>;
}

function spans(tokens: readonly Token[] | undefined): ReactNode[] {
  return (tokens ?? []).map((token, index) => <Span key={index} token={token} />);
}

function Span({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case 'text': {
      const text = token as Tokens.Text;
      return text.tokens ? spans(text.tokens) : withMentions(text.text);
    }
    case 'escape':
      return (token as Tokens.Escape).text;
    case 'strong':
      return <strong>{spans((token as Tokens.Strong).tokens)}</strong>;
    case 'em':
      return <em>{spans((token as Tokens.Em).tokens)}</em>;
    case 'del':
      return <del>{spans((token as Tokens.Del).tokens)}</del>;
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>;
    case 'br':
      return <br />;
    case 'checkbox':
      return (token as Tokens.Checkbox).checked ? '☑ ' : '☐ ';
    case 'link':
      return <Link link={token as Tokens.Link} />;
    default:
      return token.raw;
  }
}

function withMentions(text: string): ReactNode {
  if (!text.includes('@')) return text;
  return text.split(/(?<![\p{L}\p{N}._-])(@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)/u).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <span key={index} className="mention">
        {part}
      </span>
    ),
  );
}

function Link({ link }: { link: Tokens.Link }) {
  if (!isSafe(link.href)) return link.raw;
  return (
    <a href={link.href} title={link.title ?? undefined} target="_blank" rel="noopener noreferrer nofollow">
      {spans(link.tokens)}
    </a>
  );
}

function isSafe(href: string): boolean {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}
