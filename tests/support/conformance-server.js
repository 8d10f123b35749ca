import { fileURLToPath } from 'node:url';
import { binary, freePort, startUntilLine } from './processes.js';

export const clientDirectory = fileURLToPath(new URL('../node_modules/socket.io-client/dist', import.meta.url));

/**
 * Starts `conformance_server` on two free ports; `engineio` and `socketio` are the two endpoints. On two threads, unless
 * told otherwise, so that requests of one session arrive at both. `options` go to it as they are.
 */
export async function startConformanceServer({ engineioPort, socketioPort, threads = 2, options = [] } = {}) {
  engineioPort ??= await freePort();
  socketioPort ??= await freePort();
  const args = ['--engineio-port', engineioPort, '--socketio-port', socketioPort, '--threads', threads].map(String);
  args.push('--client-directory', clientDirectory, ...options);
  const program = await startUntilLine(binary('conformance_server'), args, 'ready');
  return {
    program,
    engineioPort,
    socketioPort,
    engineio: `http://127.0.0.1:${engineioPort}/engine.io/`,
    socketio: `http://127.0.0.1:${socketioPort}/socket.io/`,
    origin: `http://127.0.0.1:${socketioPort}`,
    stop: () => program.stop(),
  };
}

/** Runs `body(server)` with a server of its own, which is stopped then, whatever happened. */
export async function withConformanceServer(settings, body) {
  const server = await startConformanceServer(settings);
  let failed = true;
  try {
    await body(server);
    failed = false;
  } finally {
    await (failed ? server.program.kill() : server.stop());
  }
}
