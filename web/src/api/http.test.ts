import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { call, REQUEST_TIMEOUT_MS } from './http';

const timeout = AbortSignal.timeout.bind(AbortSignal);
let server: Server;
beforeAll(async () => {
  // One path never answers, the other never ends its answer.
  server = createServer((request, response) => {
    if (request.url?.endsWith('/half')) response.writeHead(200).write('{"half":');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const real = fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(`http://127.0.0.1:${port}${path}`, init));
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});

it.each(['/silent', '/half'])('gives a server up that does not finish its answer: %s', async (path) => {
  const asked = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50));
  await expect(call('GET', path, null)).rejects.toMatchObject({
    status: 0,
    body: { code: 'client.unreachable' },
  });
  expect(asked).toHaveBeenCalledWith(REQUEST_TIMEOUT_MS);
});
