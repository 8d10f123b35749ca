import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import type { ChannelState, Message } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { channelTitle } from '../../ui/channel-icon';
import { Field } from '../../ui/field';
import { SearchIcon } from '../../ui/icons';
import { Panel } from '../../ui/panel';
import { Spinner } from '../../ui/spinner';
import { usePaused } from '../../ui/use-paused';
import { plainText } from '../../ui/plain-text';

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  onOpen: (message: Message) => void;
  onClose: () => void;
}

/** Finds messages in one channel, or in all of the user's. */
export function SearchPanel({ api, client, channel, onOpen, onClose }: Props) {
  const [text, setText] = useState('');
  const [here, setHere] = useState(false);
  const intl = useIntl();
  const wanted = useDeferredValue(usePaused(text.trim()));
  const within = here ? channel.chatChannelId : null;
  const pages = useInfiniteQuery({
    queryKey: ['search', wanted, within],
    queryFn: ({ pageParam }) => api.search(wanted, within, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    enabled: wanted !== '',
  });
  const found = wanted === '' ? [] : (pages.data?.pages.flatMap((page) => page.messages) ?? []);

  useEffect(() => client.directory.want(found.map((message) => message.senderId)));

  return (
    <Panel title={intl.formatMessage({ id: 'search.title' })} onClose={onClose} testId="search-panel">
      <div className="space-y-3 border-b border-line px-4 py-3.5">
        <Field
          label={intl.formatMessage({ id: 'search.label' })}
          value={text}
          onChange={setText}
          before={<SearchIcon className="size-4" />}
          type="search"
          autoFocus
          autoComplete="off"
        />
        <label className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={here}
            onChange={(event) => setHere(event.target.checked)}
            className="size-4 accent-accent"
          />
          <FormattedMessage id="search.here" values={{ name: channelTitle(channel) }} />
        </label>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-2" tabIndex={0} aria-busy={pages.isFetching}>
        {found.length === 0 && pages.isFetching && (
          <Spinner className="mx-auto mt-10 block size-6 text-soft" />
        )}
        {pages.isError && wanted !== '' && !pages.isFetching && (
          <div className="flex flex-col items-center gap-3 px-6 pt-12 text-center text-soft" role="alert">
            <FormattedMessage id="search.failed" />
            <Button size="small" onClick={() => void pages.refetch()}>
              <FormattedMessage id="common.retry" />
            </Button>
          </div>
        )}
        {found.length === 0 && !pages.isFetching && !pages.isError && (
          <p className="px-6 pt-12 text-center text-soft text-pretty" role="status">
            {wanted === '' ? (
              <FormattedMessage id="search.lead" />
            ) : (
              <FormattedMessage id="search.none" values={{ query: wanted }} />
            )}
          </p>
        )}
        <ul>
          {found.map((message) => (
            <li key={message.id}>
              <Hit client={client} message={message} onOpen={() => onOpen(message)} />
            </li>
          ))}
        </ul>
        {pages.hasNextPage && found.length > 0 && (
          <Button
            size="small"
            busy={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
            className="mx-auto my-2 flex"
          >
            <FormattedMessage id="search.more" />
          </Button>
        )}
      </div>
    </Panel>
  );
}

function Hit({ client, message, onOpen }: { client: HubbubClient; message: Message; onOpen: () => void }) {
  const intl = useIntl();
  const sender = useStore(client.directory.store, (people) => people.get(message.senderId)?.displayName);
  const channel = useStore(client.channels, (list) => list.byId.get(message.chatChannelId));
  const name = sender ?? intl.formatMessage({ id: 'message.unknownSender' }, { id: message.senderId });
  return (
    <button
      type="button"
      onClick={onOpen}
      data-testid="search-hit"
      className="flex w-full gap-3 rounded-lg px-2 py-2.5 text-start hover:bg-hover"
    >
      <Avatar id={message.senderId} name={name} className="size-8 text-xs" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className="truncate text-sm font-semibold">{name}</span>
          <span className="shrink-0 text-xs text-soft">
            {intl.formatDate(message.createdAt, { dateStyle: 'medium' })}
          </span>
        </span>
        <span className="line-clamp-3 text-sm wrap-anywhere">{plainText(message.content)}</span>
        {channel && <span className="block truncate text-xs text-soft">{channelTitle(channel)}</span>}
      </span>
    </button>
  );
}
