import { binary, freePort, startUntilLine } from './processes.js';

/**
 * Starts `conformance_server` on two free ports; `engineio` and `socketio` are the two endpoints. On two threads, unless
 * told otherwise, so that requests of one session arrive at both.
 */
export async function startConformanceServer({ engineioPort, socketioPort, threads = 2 } = {}) {
  engineioPort ??= await freePort();
  socketioPort ??= await freePort();
  const args = ['--engineio-port', engineioPort, '--socketio-port', socketioPort, '--threads', threads].map(String);
  const program = await startUntilLine(binary('conformance_server'), args, 'ready');
  return {
    program,
    engineioPort,
    socketioPort,
    engineio: `http://127.0.0.1:${engineioPort}/engine.io/`,
    socketio: `http://127.0.0.1:${socketioPort}/socket.io/`,
    stop: () => program.stop(),
  };
}
