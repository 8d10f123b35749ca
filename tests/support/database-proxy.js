import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { until } from './wait.js';

/** Stands between a Hubbub and its PostgreSQL, and loses the answers that it is told to: what was asked is carried out. */
export class DatabaseProxy {
  #victim; // part of the question whose answer is to be lost
  /** An SQLSTATE: errors come without it, as libpq's own do, which has no memory for an answer or no connection. */
  withoutState;

  /** To the private PostgreSQL of `hubbub`. */
  static async start(hubbub) {
    const proxy = new DatabaseProxy(path.join(hubbub.dataDir, 'postgres-socket', '.s.PGSQL.5432'));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    proxy.url = `postgresql://hubbub@127.0.0.1:${proxy.server.address().port}/hubbub`;
    return proxy;
  }

  constructor(socketPath) {
    this.connections = new Set();
    this.server = createServer((client) => {
      const database = createConnection(socketPath);
      const both = [client, database];
      this.connections.add(client);
      for (const end of both) {
        end.on('error', () => {});
        end.on('close', () => {
          both.forEach((one) => one.destroy());
          this.connections.delete(client);
        });
      }
      let losing = false;
      client.on('data', (asked) => {
        if (this.#victim && asked.includes(this.#victim)) {
          this.#victim = undefined;
          losing = true;
        }
        database.write(asked);
      });
      database.on('data', (answer) => {
        if (losing) return client.destroy();
        const state = this.withoutState ? answer.indexOf(`C${this.withoutState}\0`) : -1;
        if (state >= 0) answer.write('x', state); // a field that nobody knows
        client.write(answer);
      });
    });
  }

  /** Asks by `ask`, and cuts the connection when PostgreSQL answers the statement of that name. Resolves with what `ask` got. */
  async loseAnswer(statement, ask) {
    this.#victim = statement;
    const got = await ask();
    await until(`the statement ${statement}`, () => this.#victim === undefined);
    return got;
  }

  /** Cuts all connections. What PostgreSQL is at work on it goes on with: it does not look at them meanwhile. */
  cut() {
    for (const client of this.connections) client.destroy();
  }

  async stop() {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
