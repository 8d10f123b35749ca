import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TypingSignal } from './typing-signal';

let emitted: string[] = [];
let signal: TypingSignal;

beforeEach(() => {
  vi.useFakeTimers();
  emitted = [];
  signal = new TypingSignal((name) => emitted.push(name));
});
afterEach(() => vi.useRealTimers());

function typeFor(ms: number): void {
  for (let passed = 0; passed < ms; passed += 100) {
    signal.keystroke();
    vi.advanceTimersByTime(100);
  }
}

it('starts once, then repeats every 3 seconds of typing', () => {
  typeFor(2_900);
  expect(emitted).toEqual(['typing_start']);
  typeFor(6_200);
  expect(emitted).toEqual(['typing_start', 'typing_start', 'typing_start', 'typing_start']);
});

it('stops after 5 idle seconds, not before', () => {
  signal.keystroke();
  vi.advanceTimersByTime(4_999);
  expect(emitted).toEqual(['typing_start']);
  vi.advanceTimersByTime(1);
  expect(emitted).toEqual(['typing_start', 'typing_stop']);
});

it('stops at once on send, and starts anew with the next key', () => {
  signal.keystroke();
  signal.stop();
  signal.stop();
  signal.keystroke();
  expect(emitted).toEqual(['typing_start', 'typing_stop', 'typing_start']);
});

it('says nothing when nothing was typed', () => {
  signal.stop();
  vi.advanceTimersByTime(10_000);
  expect(emitted).toEqual([]);
});
