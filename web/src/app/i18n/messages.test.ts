import { createIntl } from 'react-intl';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../generated/errors';
import de from './de.json';
import en from './en.json';

type Id = keyof typeof en;

const ids = Object.keys(en) as Id[];
const placeholders = (text: string): string[] =>
  [...new Set(text.match(/(?<=\{)\w+(?=[,}])/g) ?? [])].toSorted();

it('has the same messages, taking the same values, in both languages', () => {
  expect(Object.keys(de).toSorted()).toEqual(Object.keys(en).toSorted());
  const differing = ids.filter((id) => placeholders(de[id]).join() !== placeholders(en[id]).join());
  expect(differing).toEqual([]);
});

it('has only messages that parse', () => {
  const failed: unknown[] = [];
  for (const [locale, messages] of Object.entries({ en, de })) {
    const intl = createIntl({ locale, messages, onError: (error) => failed.push(error) });
    for (const id of ids) {
      const values = Object.fromEntries(placeholders(en[id]).map((name) => [name, 1]));
      intl.formatMessage({ id }, { ...values, k: (chunks: unknown) => String(chunks) });
    }
  }
  expect(failed).toEqual([]);
});

it('has words for every error of the contract', () => {
  expect(ERROR_CODES.filter((code) => !(`error.${code}` in en))).toEqual([]);
});
