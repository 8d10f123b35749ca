import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown';

const html = (text: string): string =>
  renderToStaticMarkup(<Markdown text={text} />).replace(/^<div class="prose">|<\/div>$/g, '');

describe('Markdown', () => {
  it.each([
    ['plain', '<p>plain</p>'],
    ['**b** _i_ ~~s~~ `c`', '<p><strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>'],
    ['one\ntwo', '<p>one<br/>two</p>'],
    ['one\n\ntwo', '<p>one</p><p>two</p>'],
    ['> said', '<blockquote><p>said</p></blockquote>'],
    ['- a\n- **b**', '<ul><li>a</li><li><strong>b</strong></li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['```js\nlet a = 1 < 2;\n```', '<pre tabindex="0"><code>let a = 1 &lt; 2;</code></pre>'],
    ['# loud', '<p><strong>loud</strong></p>'],
    ['a \\*b\\* & "c" &amp; d', '<p>a *b* &amp; &quot;c&quot; &amp;amp; d</p>'],
    ['2 * 3 * 4 snake_case_name', '<p>2 * 3 * 4 snake_case_name</p>'],
  ])('%j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  it('links what is safe, and tells the other page nothing', () => {
    const attributes = 'target="_blank" rel="noopener noreferrer nofollow"';
    expect(html('[site](https://example.org/a?b=1)')).toBe(
      `<p><a href="https://example.org/a?b=1" ${attributes}>site</a></p>`,
    );
    expect(html('see https://example.org.')).toBe(
      `<p>see <a href="https://example.org" ${attributes}>https://example.org</a>.</p>`,
    );
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,hi)',
    '[x](/relative)',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    'text <b onclick="x()">bold</b>',
    '![pixel](https://example.org/track.png)',
    '<a href="javascript:alert(1)">x</a>',
    '| a | b |\n|---|---|\n| 1 | 2 |',
  ])('shows %j as it was written', (text) => {
    const shown = html(text);
    expect(shown).not.toMatch(/<(img|script|b|a|table)\b/);
    const asText = shown
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
    expect(asText.replaceAll('&quot;', '"').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
  });

  it.each(['>'.repeat(3_000), '1. '.repeat(2_000), '**a '.repeat(2_000), '~~a~ '.repeat(3_276)])(
    'shows what costs too much as it was written (%#)',
    (text) => {
      const shown = html(text);
      expect(shown).toMatch(/^<p class="whitespace-pre-wrap">[^<]*<\/p>$/);
      expect(shown.replaceAll('&gt;', '>')).toContain(text);
    },
  );
});
