import { afterEach, expect, it, vi } from 'vitest';
import { serversBuild } from './build';

const page = (entry: string): string => `<script type="module" src="${entry}"></script>`;
const answering = (fetch: () => Promise<Response>): void => {
  vi.stubGlobal('document', { querySelector: () => ({ getAttribute: () => '/assets/index-A.js' }) });
  vi.stubGlobal('fetch', fetch);
};

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['same', async () => new Response(page('/assets/index-A.js'))],
  ['other', async () => new Response(page('/assets/index-B.js'))],
  ['unreachable', async () => new Response('', { status: 503 })],
  ['unreachable', () => Promise.reject(new TypeError('Failed to fetch'))],
])('tells whether the server has another build: %s', async (expected, fetch) => {
  answering(fetch);
  expect(await serversBuild()).toBe(expected);
});
