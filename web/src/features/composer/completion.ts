// What the word before the caret may become. Pure.

export type CompletionKind = 'person' | 'channel' | 'emoji';

export interface Wanted {
  readonly kind: CompletionKind;
  readonly query: string;
  /** Where the word begins, with its sign. */
  readonly from: number;
}

export interface Suggestion {
  readonly key: string;
  /** What it puts in place of the word. */
  readonly insert: string;
  readonly label: string;
  readonly detail: string;
  readonly symbol: string;
}

const signs: Readonly<Record<string, CompletionKind>> = { '@': 'person', '#': 'channel', ':': 'emoji' };

/** The word that ends at the caret, when it begins with a sign and stands after a space or at the start. */
export function wantedAt(text: string, caret: number): Wanted | null {
  const match = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(text.slice(0, caret));
  const [, sign = '', query = ''] = match ?? [];
  const kind = signs[sign];
  // ":)" and "10:30" are no emoji: two letters first.
  if (!kind || (kind === 'emoji' && query.length < 2)) return null;
  return { kind, query, from: caret - query.length - 1 };
}

export function completed(
  text: string,
  caret: number,
  { from }: Wanted,
  insert: string,
): { text: string; caret: number } {
  const head = `${text.slice(0, from)}${insert} `;
  return { text: head + text.slice(caret).replace(/^ /, ''), caret: head.length };
}

/** Those whose name begins with the query, then those that contain it. */
export function ranked<T>(
  all: readonly T[],
  query: string,
  namesOf: (item: T) => readonly string[],
  most: number,
): T[] {
  const wanted = query.toLocaleLowerCase();
  const rank = (item: T): number => {
    const names = namesOf(item).map((name) => name.toLocaleLowerCase());
    if (names.some((name) => name.startsWith(wanted))) return 0;
    return names.some((name) => name.includes(wanted)) ? 1 : 2;
  };
  return all
    .map((item) => ({ item, rank: rank(item) }))
    .filter((one) => one.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map((one) => one.item);
}
