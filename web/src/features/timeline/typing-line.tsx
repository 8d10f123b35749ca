import { FormattedMessage } from 'react-intl';
import { useStore } from 'zustand';
import type { HubbubClient } from '../../realtime/client';

const nobody: readonly number[] = [];

/** Who is typing. Keeps its height when nobody is, so that nothing jumps. */
export function TypingLine({ client, channelId }: { client: HubbubClient; channelId: number }) {
  const typists = useStore(client.typists.store, (typing) => typing.get(channelId) ?? nobody);
  const people = useStore(client.directory.store);
  const names = typists.flatMap((id) => people.get(id)?.displayName ?? []);
  const [first, second] = names;
  return (
    <div role="status" className="flex h-6 items-center gap-2 px-5 text-xs text-soft" data-testid="typing">
      {first !== undefined && (
        <>
          <span aria-hidden="true" className="flex gap-0.5">
            {[0, 150, 300].map((delay) => (
              <span
                key={delay}
                className="size-1.5 animate-dot rounded-full bg-accent"
                style={{ animationDelay: `${delay}ms` }}
              />
            ))}
          </span>
          <span className="truncate">
            {names.length > 2 ? (
              <FormattedMessage id="typing.many" />
            ) : second !== undefined ? (
              <FormattedMessage id="typing.two" values={{ first, second }} />
            ) : (
              <FormattedMessage id="typing.one" values={{ first }} />
            )}
          </span>
        </>
      )}
    </div>
  );
}
