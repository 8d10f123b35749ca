import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Api } from '../../api/api';
import { ApiError } from '../../api/http';
import type { ChannelState } from '../../generated/types';
import { Button } from '../../ui/button';
import { useErrorText } from '../../ui/error-text';
import { LockIcon } from '../../ui/icons';
import { EmptyState } from '../../ui/notice';
import { Spinner } from '../../ui/spinner';

interface Props {
  api: Api;
  code: string;
  onAccepted: (channel: ChannelState) => void;
  onRefused: () => void;
}

/** Whoever opened an invitation's link comes in by it. */
export function AcceptInvite({ api, code, onAccepted, onRefused }: Props) {
  const intl = useIntl();
  const text = useErrorText();
  // A query, so that it is asked once however often the page is drawn.
  const accepted = useQuery({
    queryKey: ['accept-invite', code],
    queryFn: () => api.acceptInvite(code),
    retry: false,
    staleTime: Infinity,
  });
  const state = accepted.data?.state;

  useEffect(() => {
    if (state) onAccepted(state);
    // Once, when it comes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [state]);

  if (accepted.error instanceof ApiError && !accepted.isFetching) {
    return (
      <EmptyState
        icon={<LockIcon className="size-6" />}
        title={intl.formatMessage({ id: 'invites.refused' })}
        text={text(accepted.error.body)}
      >
        {accepted.error.body.retryable && (
          <Button look="primary" onClick={() => void accepted.refetch()}>
            <FormattedMessage id="common.retry" />
          </Button>
        )}
        <Button onClick={onRefused}>
          <FormattedMessage id="channel.gone.back" />
        </Button>
      </EmptyState>
    );
  }
  return (
    <div className="m-auto flex flex-col items-center gap-3 text-soft">
      <Spinner className="size-6" />
      <h1 role="status">
        <FormattedMessage id="invites.joining" />
      </h1>
    </div>
  );
}
