import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useStore } from 'zustand';
import type { ChannelState } from '../../generated/types';
import type { HubbubClient } from '../../realtime/client';
import { channelTitle } from '../../ui/channel-icon';
import { SendIcon } from '../../ui/icons';
import { useWide } from '../../ui/use-media';
import { drafts } from './drafts';

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

const key = (chunks: ReactNode[]) => (
  <kbd className="rounded border border-line bg-hover px-1 font-sans text-[0.6875rem]">{chunks}</kbd>
);

/** Where one writes. Mount it anew for another channel. */
export function Composer({ client, channel }: { client: HubbubClient; channel: ChannelState }) {
  const id = channel.chatChannelId;
  const name = channelTitle(channel);
  const [text, setText] = useState(() => drafts.read(client.userId, id));
  const [typing] = useState(() => client.typingSignal(id));
  const area = useRef<HTMLTextAreaElement>(null);
  const limit = useStore(client.limits, (limits) => limits.messageBytesMax);
  const intl = useIntl();
  const wide = useWide();
  const over = byteLength(text.trim()) - limit;
  const sendable = text.trim() !== '' && over <= 0;

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
    drafts.write(client.userId, id, next);
    if (next.trim() === '') typing.stop();
    else typing.keystroke();
  }

  function send(): void {
    if (!sendable) return;
    client.send(id, text.trim());
    typing.stop();
    setText('');
    drafts.write(client.userId, id, '');
    area.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, Enter belongs to it; Safari tells so only by the key code.
    const composing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
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
      <div className="flex items-end rounded-xl border border-edge/70 bg-raised transition-colors focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
        <textarea
          ref={area}
          value={text}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          rows={1}
          aria-label={intl.formatMessage({ id: 'composer.label' }, { name })}
          placeholder={intl.formatMessage({ id: 'composer.placeholder' }, { name })}
          aria-invalid={over > 0}
          enterKeyHint="send"
          autoComplete="off"
          className="max-h-[40dvh] min-h-11 min-w-0 flex-1 resize-none bg-transparent py-2.5 ps-4 pe-2 outline-none placeholder:text-soft/80"
          data-testid="composer"
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
              <FormattedMessage id="composer.hint" values={{ k: key }} />
            </span>
          )
        )}
      </div>
    </form>
  );
}
