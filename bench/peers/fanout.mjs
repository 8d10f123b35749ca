// The program of examples/fanout_server.cpp on Node's socket.io. Usage: fanout.mjs --port N
import { parseArgs } from 'node:util';
import { Server } from 'socket.io';

const { values } = parseArgs({ options: { port: { type: 'string' } } });
const io = new Server({ transports: ['websocket', 'polling'], perMessageDeflate: false, httpCompression: false, serveClient: false });

io.on('connection', (socket) => {
  socket.join('everyone');
  socket.on('send_message', (message, acknowledge) => {
    io.to('everyone').emit('new_message', message);
    acknowledge?.({ ok: true });
  });
});
io.listen(Number(values.port));
