import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { BrowsedChannel, ErrorBody } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { Field } from '../../ui/field';
import { HashIcon, SearchIcon } from '../../ui/icons';
import { Modal } from '../../ui/modal';
import { Notice } from '../../ui/notice';
import { Spinner } from '../../ui/spinner';
import { useWide } from '../../ui/use-media';
import { useJoin } from './use-join';

interface Props {
  api: Api;
  client: HubbubClient;
  onOpen: (channelId: number) => void;
  onClose: () => void;
}

export function BrowseChannels({ api, client, onOpen, onClose }: Props) {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const intl = useIntl();
  const text = useErrorText();
  const wide = useWide();
  const join = useJoin(client, onOpen);
  const pages = useInfiniteQuery({
    queryKey: ['browse', wanted],
    staleTime: 0,
    queryFn: ({ pageParam }) => api.browse(wanted, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
  const channels = pages.data?.pages.flatMap((page) => page.channels) ?? [];
  const error: Pick<ErrorBody, 'code'> | null =
    join.error ?? (pages.error instanceof ApiError ? pages.error.body : null);

  return (
    <Modal title={intl.formatMessage({ id: 'browse.title' })} onClose={onClose}>
      <div className="space-y-3 px-6 pb-3">
        <Field
          label={intl.formatMessage({ id: 'browse.search' })}
          value={search}
          onChange={setSearch}
          before={<SearchIcon className="size-4" />}
          type="search"
          // Phones would open their keyboard over the list.
          autoFocus={wide}
          autoComplete="off"
        />
        {error && <Notice>{text(error)}</Notice>}
      </div>
      <div className="min-h-56 flex-1 overflow-y-auto border-t border-line px-3 py-2">
        {pages.isPending && <Spinner className="mx-auto mt-16 block size-6 text-soft" />}
        {pages.isSuccess && channels.length === 0 && (
          <p className="mt-16 text-center text-soft">
            {wanted === '' ? (
              <FormattedMessage id="browse.none" />
            ) : (
              <FormattedMessage id="browse.noMatch" values={{ query: wanted }} />
            )}
          </p>
        )}
        <ul>
          {channels.map((channel) => (
            <BrowseRow
              key={channel.chatChannelId}
              channel={channel}
              client={client}
              joining={join.joining === channel.chatChannelId}
              onJoin={() => void join.join(channel.chatChannelId)}
              onOpen={() => onOpen(channel.chatChannelId)}
            />
          ))}
        </ul>
        {pages.hasNextPage && (
          <Button
            size="small"
            busy={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
            className="mx-auto my-2 flex"
          >
            <FormattedMessage id="browse.more" />
          </Button>
        )}
      </div>
    </Modal>
  );
}

interface RowProps {
  channel: BrowsedChannel;
  client: HubbubClient;
  joining: boolean;
  onJoin: () => void;
  onOpen: () => void;
}

function BrowseRow({ channel, client, joining, onJoin, onOpen }: RowProps) {
  const isMember = useStore(client.channels, (list) => list.byId.has(channel.chatChannelId));
  const intl = useIntl();
  const { name } = channel;
  return (
    <li className="flex items-center gap-3 rounded-lg px-3 py-2.5 hover:bg-hover" data-testid="browse-row">
      <HashIcon className="size-5 text-soft" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <span className="block truncate text-sm text-soft">
          <FormattedMessage id="browse.members" values={{ count: channel.memberCount }} />
          {channel.topic && <> · {channel.topic}</>}
        </span>
      </span>
      {isMember ? (
        <Button
          size="small"
          onClick={onOpen}
          aria-label={intl.formatMessage({ id: 'browse.openNamed' }, { name })}
        >
          <FormattedMessage id="browse.open" />
        </Button>
      ) : (
        <Button
          size="small"
          look="primary"
          busy={joining}
          onClick={onJoin}
          aria-label={intl.formatMessage({ id: 'browse.joinNamed' }, { name })}
        >
          <FormattedMessage id="browse.join" />
        </Button>
      )}
    </li>
  );
}
