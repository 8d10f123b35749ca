import { EmojiPicker as Picker } from 'frimousse';
import type { AriaAttributes } from 'react';
import { useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { locale } from './locale';
import { Spinner } from './spinner';

/** The picker counts from 0, ARIA from 1. */
const fromOne = <P extends AriaAttributes>(props: P, name: 'aria-rowindex' | 'aria-colindex'): P => ({
  ...props,
  [name]: (props[name] ?? 0) + 1,
});

/** Loaded when first opened. Its data comes from this server. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const intl = useIntl();
  const language = useStore(locale);
  return (
    <Picker.Root
      locale={language}
      emojibaseUrl={`${window.location.origin}/emoji`}
      columns={8}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
      className="flex h-full flex-col"
      data-testid="emoji-picker"
    >
      <Picker.Search
        autoFocus
        aria-label={intl.formatMessage({ id: 'emoji.search' })}
        placeholder={intl.formatMessage({ id: 'emoji.search' })}
        className="m-2 h-9 rounded-lg border border-edge/70 bg-page px-3 text-sm outline-none focus-visible:border-accent focus-visible:ring-1 focus-visible:ring-accent"
      />
      <Picker.Viewport tabIndex={0} className="relative flex-1 outline-none">
        <Picker.Loading className="absolute inset-0 flex items-center justify-center text-soft">
          <Spinner className="size-6" />
        </Picker.Loading>
        <Picker.Empty className="absolute inset-0 flex items-center justify-center px-6 text-center text-sm text-soft">
          {intl.formatMessage({ id: 'emoji.none' })}
        </Picker.Empty>
        <Picker.List
          className="pb-2 select-none"
          components={{
            CategoryHeader: ({ category, ...props }) => (
              <div {...props} className="bg-raised px-3 pt-2 pb-1 text-xs font-semibold text-soft">
                {category.label}
              </div>
            ),
            Row: ({ children, ...props }) => (
              <div {...fromOne(props, 'aria-rowindex')} className="px-2">
                {children}
              </div>
            ),
            Emoji: ({ emoji, ...props }) => (
              <button
                {...fromOne(props, 'aria-colindex')}
                className="flex aspect-square flex-1 items-center justify-center rounded-lg text-xl data-active:bg-pressed"
              >
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </Picker.Viewport>
    </Picker.Root>
  );
}
