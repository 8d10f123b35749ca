import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PerFrame } from './per-frame';

let handled: number[];
let live: PerFrame<number>;
let frames: (() => void)[];
const page = { visibilityState: 'visible' };
const frame = (): void => {
  for (const due of frames.splice(0)) due();
};
const push = (...items: number[]): void => items.forEach((item) => live.push(item));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  page.visibilityState = 'visible';
  frames = [];
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (due: () => void) => frames.push(due));
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []));
  handled = [];
  live = new PerFrame((item) => void handled.push(item));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('hands on one that comes alone at once, and those of a burst together with the next frame', () => {
  push(1, 2, 3);
  expect(handled).toEqual([1]);
  frame();
  expect(handled).toEqual([1, 2, 3]);
  push(4);
  expect(handled).toEqual([1, 2, 3]);
  frame();
  frame();
  push(5);
  expect(handled).toEqual([1, 2, 3, 4, 5]);
});

it('lets nothing overtake them that is to come after', () => {
  push(1, 2, 3);
  live.flush();
  expect(handled).toEqual([1, 2, 3]);
});

it('does not wait for a frame of a page that is hidden, nor for long where none comes', () => {
  push(1, 2);
  vi.advanceTimersByTime(100);
  expect(handled).toEqual([1, 2]);
  vi.advanceTimersByTime(100);
  page.visibilityState = 'hidden';
  push(3, 4);
  expect(handled).toEqual([1, 2, 3, 4]);
  page.visibilityState = 'visible';
  push(5, 6);
  page.visibilityState = 'hidden';
  push(7);
  expect(handled).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('hands on the others although one throws', () => {
  live = new PerFrame((item) => {
    handled.push(item);
    if (item === 2) throw new Error('a bug');
  });
  push(1, 2, 3);
  frame();
  expect(handled).toEqual([1, 2, 3]);
  expect(() => vi.advanceTimersByTime(1)).toThrow('a bug');
});
