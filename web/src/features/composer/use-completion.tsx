import { useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import type { HubbubClient } from '../../realtime/client';
import { usePaused } from '../../ui/use-paused';
import { completed, ranked, wantedAt, type Suggestion, type Wanted } from './completion';

const SHOWN_MAX = 8;

interface Options {
  api: Api;
  client: HubbubClient;
  channelId: number;
  text: string;
  caret: number;
  onComplete: (text: string, caret: number) => void;
}

/** Suggestions for the word at the caret, with the keys that choose among them. */
export function useCompletion({ api, client, channelId, text, caret, onComplete }: Options) {
  const [chosen, setChosen] = useState(0);
  const [dismissedAt, setDismissedAt] = useState<number | null>(null);
  const found = wantedAt(text, caret);
  const wanted = found && found.from !== dismissedAt ? found : null;
  const offered = useSuggestions(api, client, channelId, wanted);
  // What is written out already needs no choice: Enter sends.
  const suggestions = offered[0]?.insert === text.slice(wanted?.from, caret) ? [] : offered;
  const index = Math.min(chosen, suggestions.length - 1);

  function choose(suggestion: Suggestion): void {
    if (!wanted) return;
    const next = completed(text, caret, wanted, suggestion.insert);
    setChosen(0);
    onComplete(next.text, next.caret);
  }

  /** True when the key was for the list. */
  function onKey(event: KeyboardEvent): boolean {
    const current = suggestions[index];
    if (!current || !wanted) return false;
    if (event.key === 'ArrowDown') setChosen((index + 1) % suggestions.length);
    else if (event.key === 'ArrowUp') setChosen((index + suggestions.length - 1) % suggestions.length);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(current);
    else if (event.key === 'Escape') setDismissedAt(wanted.from);
    else return false;
    event.preventDefault();
    return true;
  }

  return { suggestions, index, choose, onKey };
}

export function SuggestionList({
  id,
  suggestions,
  index,
  onChoose,
}: {
  id: string;
  suggestions: readonly Suggestion[];
  index: number;
  onChoose: (suggestion: Suggestion) => void;
}) {
  const intl = useIntl();
  return (
    <ul
      id={id}
      role="listbox"
      aria-label={intl.formatMessage({ id: 'composer.suggestions' })}
      data-testid="suggestions"
      className="absolute inset-x-0 bottom-full z-20 mb-2 max-w-md overflow-hidden rounded-xl border border-line bg-raised p-1.5 shadow-float"
    >
      {suggestions.map((suggestion, at) => (
        <li
          key={suggestion.key}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === index}
          // Before the text loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(suggestion);
          }}
          className="flex h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2 aria-selected:bg-accent-wash aria-selected:text-accent-strong"
        >
          <span aria-hidden="true" className="w-6 text-center">
            {suggestion.symbol}
          </span>
          <span className="truncate font-medium">{suggestion.label}</span>
          <span className="truncate text-sm text-soft">{suggestion.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function useSuggestions(
  api: Api,
  client: HubbubClient,
  channelId: number,
  wanted: Wanted | null,
): Suggestion[] {
  const intl = useIntl();
  const channels = useStore(client.channels);
  const members = useQuery({
    queryKey: ['suggested-members', channelId],
    queryFn: () => api.members(channelId, null),
    enabled: wanted?.kind === 'person',
    staleTime: 60_000,
  });
  const name = usePaused(wanted?.kind === 'person' ? wanted.query : '');
  const found = useQuery({
    queryKey: ['users', name],
    queryFn: () => api.searchUsers(name),
    enabled: name !== '',
    staleTime: 60_000,
  });
  const emoji = useQuery({
    queryKey: ['emoji-names'],
    queryFn: () => api.emojiNames(),
    enabled: wanted?.kind === 'emoji',
    staleTime: Infinity,
  });
  if (!wanted) return [];
  const { query } = wanted;
  switch (wanted.kind) {
    case 'person': {
      const inside = (members.data?.members ?? []).map(({ user }) => user);
      // The members of a large channel come by pages; the search knows everybody.
      const others = (found.data ?? []).filter((user) => !inside.some((member) => member.id === user.id));
      const people = [...inside, ...others].map((user) => ({ ...user, detail: user.displayName }));
      const all = {
        id: 0,
        username: 'all',
        displayName: '',
        detail: intl.formatMessage({ id: 'composer.all' }),
      };
      return ranked([...people, all], query, (user) => [user.username, user.displayName], SHOWN_MAX).map(
        (user) => ({
          key: user.username,
          insert: `@${user.username}`,
          label: user.username,
          detail: user.detail === user.username ? '' : user.detail,
          symbol: '@',
        }),
      );
    }
    case 'channel':
      return ranked([...channels.byId.values()], query, (channel) => [channel.name], SHOWN_MAX).map(
        (channel) => ({
          key: String(channel.chatChannelId),
          insert: `#${channel.name}`,
          label: channel.name,
          detail: '',
          symbol: '#',
        }),
      );
    case 'emoji':
      return ranked(emoji.data ?? [], query, ([, ...names]) => names, SHOWN_MAX).map(([symbol, name]) => ({
        key: symbol,
        insert: symbol,
        label: `:${name}:`,
        detail: '',
        symbol,
      }));
  }
}
