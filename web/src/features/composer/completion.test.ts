import { describe, expect, it } from 'vitest';
import { completed, ranked, wantedAt } from './completion';

describe('wantedAt', () => {
  it.each([
    ['@', { kind: 'person', query: '', from: 0 }],
    ['hello @gr', { kind: 'person', query: 'gr', from: 6 }],
    ['see (#eng', { kind: 'channel', query: 'eng', from: 5 }],
    ['so :smi', { kind: 'emoji', query: 'smi', from: 3 }],
    ['@jürgen', { kind: 'person', query: 'jürgen', from: 0 }],
  ])('finds the word in %j', (text, wanted) => expect(wantedAt(text, text.length)).toEqual(wanted));

  it.each(['', 'hello', 'a@b', '10:30', ':)', ':s', '@ada said', 'http://x'])('finds none in %j', (text) =>
    expect(wantedAt(text, text.length)).toBeNull(),
  );
});

it('puts the suggestion in place of the word, with one space after it', () => {
  const wanted = { kind: 'person', query: 'gr', from: 3 } as const;
  expect(completed('hi @gr there', 6, wanted, '@grace')).toEqual({ text: 'hi @grace there', caret: 10 });
});

it('ranks beginnings before the rest', () => {
  const names = ['angora', 'gopher', 'ago', 'cat'];
  expect(ranked(names, 'GO', (name) => [name], 5)).toEqual(['gopher', 'angora', 'ago']);
  expect(ranked(names, '', (name) => [name], 2)).toHaveLength(2);
});
