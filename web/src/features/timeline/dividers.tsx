import { FormattedMessage, useIntl } from 'react-intl';
import type { ChannelState } from '../../generated/types';
import { ChannelIcon, channelTitle } from '../../ui/channel-icon';

interface DayProps {
  day: Date;
  isNew: boolean;
  /** Whether its message has the focus or the pointer. */
  active: boolean;
  onPick: (day: Date) => void;
}

/** Stands before the first message of a day, and leads to others. */
export function DayDivider({ day, isNew, active, onPick }: DayProps) {
  const intl = useIntl();
  const name = dayName(day);
  return (
    <div className="relative my-2 flex h-8 items-center justify-center px-5" data-testid="day-divider">
      <span className={`absolute inset-x-5 top-1/2 border-t ${isNew ? 'border-danger/60' : 'border-line'}`} />
      <button
        type="button"
        tabIndex={active ? 0 : -1}
        onClick={() => onPick(day)}
        aria-label={intl.formatMessage({ id: 'timeline.day' }, { day: name })}
        aria-haspopup="dialog"
        className="relative rounded-full border border-line bg-page px-3 py-0.5 text-xs font-medium text-soft transition-colors hover:border-edge hover:text-text"
      >
        {name}
      </button>
      {isNew && <NewTag />}
    </div>
  );

  function dayName(date: Date): string {
    const today = new Date();
    if (date.toDateString() === today.toDateString()) return intl.formatMessage({ id: 'timeline.today' });
    // By the calendar: at a change of the clock a day has 23 or 25 hours.
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (date.toDateString() === yesterday.toDateString()) {
      return intl.formatMessage({ id: 'timeline.yesterday' });
    }
    const year = date.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' as const };
    return intl.formatDate(date, { weekday: 'long', month: 'long', day: 'numeric', ...year });
  }
}

/** Stands before the first unread message. */
export function NewDivider() {
  return (
    <div role="separator" className="relative my-1 flex h-6 items-center px-5" data-testid="new-divider">
      <span className="absolute inset-x-5 top-1/2 border-t border-danger/60" />
      <NewTag />
    </div>
  );
}

function NewTag() {
  return (
    <span className="absolute end-5 bg-page ps-2 text-xs font-semibold text-danger">
      <FormattedMessage id="timeline.new" />
    </span>
  );
}

export function ChannelStart({ channel }: { channel: ChannelState }) {
  return (
    <div className="px-4 pt-8 pb-4 md:px-5">
      <span className="mb-3 flex size-12 items-center justify-center rounded-2xl bg-accent-wash text-accent">
        <ChannelIcon type={channel.type} className="size-6" />
      </span>
      <p className="text-xl font-semibold text-balance">
        <FormattedMessage id="timeline.start.title" values={{ name: channelTitle(channel) }} />
      </p>
      <p className="mt-1 text-soft">
        <FormattedMessage id="timeline.start.text" />
      </p>
    </div>
  );
}
