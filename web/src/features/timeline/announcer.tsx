import { useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import type { Message } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import type { TimelineView } from '../../realtime/timelines';
import { plainText } from '../../ui/plain-text';

const BURST_MS = 800;

const messagesOf = (view: TimelineView | undefined): readonly Message[] =>
  view?.kind === 'ready' ? view.timeline.messages : [];

/** Reads new messages to assistive technology; a burst is summed up. */
export function Announcer({ client, channelId }: { client: HubbubClient; channelId: number }) {
  const [words, setWords] = useState('');
  const intl = useIntl();

  useEffect(() => {
    let fresh: Message[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const speak = (): void => {
      timer = undefined;
      const [only] = fresh;
      if (!only) return;
      const name = client.directory.store.getState().get(only.senderId)?.displayName ?? '';
      setWords(
        fresh.length === 1
          ? intl.formatMessage(
              { id: 'timeline.announce.one' },
              { name, text: plainText(only.content).slice(0, 300) },
            )
          : intl.formatMessage({ id: 'timeline.announce.many' }, { count: fresh.length }),
      );
      fresh = [];
    };
    const unsubscribe = client.timelines.store.subscribe((views, before) => {
      const last = messagesOf(before.get(channelId)).at(-1);
      const messages = messagesOf(views.get(channelId));
      if (!last || messages.at(-1) === last) return;
      fresh.push(
        ...messages.filter((message) => message.seq > last.seq && message.senderId !== client.userId),
      );
      if (fresh.length > 0) timer ??= setTimeout(speak, BURST_MS);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [client, channelId, intl]);

  return (
    <p aria-live="polite" className="sr-only" data-testid="announcer">
      {words}
    </p>
  );
}
