import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { Api } from '../../api/api';
import type { ChannelState } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { channelTitle } from '../../ui/channel-icon';
import { SendIcon } from '../../ui/icons';
import { enterKey } from '../../ui/preferences';
import { useWide } from '../../ui/use-media';
import { drafts } from './drafts';
import { SuggestionList, useCompletion } from './use-completion';

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

const key = (chunks: ReactNode[]) => (
  <kbd className="rounded border border-line bg-hover px-1 font-sans text-[0.6875rem]">{chunks}</kbd>
);

interface Props {
  api: Api;
  client: HubbubClient;
  channel: ChannelState;
  /** The message that one answers, in its thread. */
  parentMessageId?: number;
  /** ↑ in an empty text: one's last message is to be changed. */
  onEditLast: () => void;
}

/** Where one writes. Mount it anew for another channel. */
export function Composer({ api, client, channel, parentMessageId, onEditLast }: Props) {
  const id = channel.chatChannelId;
  const place = parentMessageId === undefined ? String(id) : `${id}.${parentMessageId}`;
  const name = channelTitle(channel);
  const [text, setText] = useState(() => drafts.read(client.userId, place));
  const [caret, setCaret] = useState(0);
  const [typing] = useState(() => client.typingSignal(id));
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const limit = useStore(client.limits, (limits) => limits.messageBytesMax);
  const enterSends = useStore(enterKey) === 'sends';
  const intl = useIntl();
  const wide = useWide();
  const over = byteLength(text.trim()) - limit;
  const sendable = text.trim() !== '' && over <= 0;
  const answering = parentMessageId !== undefined;
  const { suggestions, index, choose, onKey } = useCompletion({
    api,
    client,
    channelId: id,
    text,
    caret,
    onComplete(next, at) {
      write(next);
      setCaret(at);
      // Once the text is there.
      requestAnimationFrame(() => area.current?.setSelectionRange(at, at));
    },
  });
  const open = suggestions.length > 0;

  useEffect(() => () => typing.stop(), [typing]);

  // Phones would open their keyboard over the messages.
  useEffect(() => {
    if (wide) area.current?.focus();
  }, [wide]);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  function write(next: string): void {
    setText(next);
    drafts.write(client.userId, place, next);
    if (next.trim() === '') typing.stop();
    else typing.keystroke();
  }

  function send(): void {
    if (!sendable) return;
    client.send(id, text.trim(), parentMessageId ?? null);
    typing.stop();
    setText('');
    drafts.write(client.userId, place, '');
    area.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, its keys belong to it; Safari tells so only by the key code.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || onKey(event)) return;
    if (event.key === 'ArrowUp' && !event.altKey && text === '') {
      event.preventDefault();
      onEditLast();
    }
    if (event.key !== 'Enter' || (enterSends ? event.shiftKey : !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    send();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-5 md:pb-2"
    >
      <div className="relative flex items-end rounded-xl border border-edge/70 bg-raised transition-colors focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
        {open && <SuggestionList id={listId} suggestions={suggestions} index={index} onChoose={choose} />}
        <textarea
          ref={area}
          value={text}
          onChange={(event) => {
            write(event.target.value);
            setCaret(event.target.selectionStart);
          }}
          onKeyDown={onKeyDown}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onBlur={() => setCaret(0)}
          rows={1}
          aria-label={intl.formatMessage({ id: answering ? 'composer.answer' : 'composer.label' }, { name })}
          placeholder={intl.formatMessage(
            { id: answering ? 'composer.answer' : 'composer.placeholder' },
            { name },
          )}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open ? `${listId}-${index}` : undefined}
          aria-invalid={over > 0}
          enterKeyHint="send"
          autoComplete="off"
          className="max-h-[40dvh] min-h-11 min-w-0 flex-1 resize-none bg-transparent py-2.5 ps-4 pe-2 outline-none placeholder:text-soft/80"
          data-testid={answering ? 'thread-composer' : 'composer'}
        />
        <button
          type="submit"
          aria-label={intl.formatMessage({ id: 'composer.send' })}
          title={intl.formatMessage({ id: 'composer.send' })}
          disabled={!sendable}
          className="m-1.5 inline-flex size-8 shrink-0 items-center justify-center rounded-lg bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:bg-transparent disabled:text-soft/60"
        >
          <SendIcon className="size-4.5" />
        </button>
      </div>
      <div className="flex min-h-6 items-center justify-end px-1 text-xs text-soft max-md:min-h-0">
        {over > 0 ? (
          <span role="alert" className="text-danger">
            <FormattedMessage id="composer.tooLong" values={{ over }} />
          </span>
        ) : (
          text !== '' && (
            <span className="animate-appear max-md:hidden">
              <FormattedMessage
                id={enterSends ? 'composer.hint' : 'composer.hint.swapped'}
                values={{ k: key }}
              />
            </span>
          )
        )}
      </div>
    </form>
  );
}
