import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { IntlProvider } from 'react-intl';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { aChannel } from '../../realtime/testing';
import { ChannelStart, DayDivider } from './dividers';

const messages = {
  'timeline.day': '{day}',
  'timeline.today': 'Today',
  'timeline.yesterday': 'Yesterday',
  'timeline.start.title': 'This is the very beginning of {name}',
  'timeline.start.text': '',
};

const text = (element: ReactElement): string =>
  renderToStaticMarkup(
    <IntlProvider locale="en" messages={messages as never}>
      {element}
    </IntlProvider>,
  ).replace(/<[^>]*>/g, '');

const zone = process.env['TZ'];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  process.env['TZ'] = 'Europe/Berlin';
});
afterEach(() => {
  vi.useRealTimers();
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const dayName = (day: Date, now: Date): string => {
  vi.setSystemTime(now);
  return text(<DayDivider day={day} isNew={false} active={false} onPick={() => undefined} />);
};

it('names yesterday by the calendar, also where a day has 23 or 25 hours', () => {
  expect(dayName(new Date(2026, 9, 24, 12), new Date(2026, 9, 25, 23, 30))).toBe('Yesterday');
  expect(dayName(new Date(2026, 9, 25, 12), new Date(2026, 9, 25, 23, 30))).toBe('Today');
  expect(dayName(new Date(2026, 2, 29, 12), new Date(2026, 2, 30, 0, 30))).toBe('Yesterday');
  expect(dayName(new Date(2026, 2, 28, 12), new Date(2026, 2, 30, 0, 30))).toBe('Saturday, March 28');
});

it('begins a public channel with its #, a conversation of two with the other’s name', () => {
  expect(text(<ChannelStart channel={aChannel({ name: 'general' })} />)).toContain('beginning of #general');
  expect(text(<ChannelStart channel={aChannel({ name: 'Bob', type: 'direct' })} />)).toContain(
    'beginning of Bob',
  );
});
