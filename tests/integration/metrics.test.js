import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api, createChannel } from '../support/api.js';
import { ChatClient, Suite } from '../support/chat-client.js';
import { scrape } from '../support/metrics.js';
import { until } from '../support/wait.js';

/** Between two collections. */
const kPauseMs = 100;

describe('metrics', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  let channel;
  let a;
  let b;
  before(async () => {
    ({ hubbub, users: [alice, bob] } = await suite.start({ users: 2 }));
    channel = await createChannel(alice, { members: [bob] });
    a = await suite.connect(alice);
    b = await suite.connect(bob, { transports: ['polling'] });
  });
  after(() => suite.stop());

  /** By how much each number grew (or fell) while `work` was done. */
  async function changesBy(work) {
    const earlier = await scrape(hubbub.url);
    await work();
    const later = await scrape(hubbub.url);
    return (key) => (later.get(key) ?? assert.fail(`no ${key}`)) - (earlier.get(key) ?? 0);
  }

  test('connections by transport, those that come, and those that go by reason', async () => {
    const now = await scrape(hubbub.url);
    assert.equal(now.get('hubbub_sockets'), 2);
    assert.equal(now.get('hubbub_connections_total'), 2);
    assert.equal(now.get('hubbub_sessions{transport="websocket"}'), 1);
    assert.equal(now.get('hubbub_sessions{transport="polling"}'), 1);

    const change = await changesBy(async () => {
      for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
        const client = await ChatClient.connect(hubbub.url, alice.session.accessToken, { transports });
        if (transports.length > 1) await until('the upgrade', () => client.socket.io.engine.transport.name === 'websocket');
        client.close();
      }
      await until('all to be gone', async () => {
        const later = await scrape(hubbub.url);
        return later.get('hubbub_sockets') === 2 && later.get('hubbub_sessions{transport="websocket"}') === 1;
      });
    });
    assert.equal(change('hubbub_connections_total'), 3);
    assert.equal(change('hubbub_upgrades_total'), 1);
    assert.equal(change('hubbub_disconnects_total{reason="client namespace disconnect"}'), 3);
    for (const transport of ['websocket', 'polling']) assert.equal(change(`hubbub_sessions{transport="${transport}"}`), 0);
  });

  test('messages, events by name with their latency, batches and database time', async () => {
    const change = await changesBy(async () => {
      for (let i = 0; i < 5; ++i) assert.equal((await a.send(channel, `number ${i}`)).ok, true);
      await a.ask('get_history', { chatChannelId: channel });
      await a.ask('nobody_knows_this', {});
    });
    assert.equal(change('hubbub_messages_stored_total'), 5);
    assert.equal(change('hubbub_events_total'), 7);
    assert.equal(change('hubbub_event_seconds_count{event="send_message"}'), 5);
    assert.ok(change('hubbub_event_seconds_sum{event="send_message"}') > 0);
    assert.equal(change('hubbub_event_seconds_count{event="get_history"}'), 1);
    assert.equal(change('hubbub_event_seconds_count{event="unknown"}'), 1);
    assert.equal(change('hubbub_message_batch_size_sum'), 5);
    assert.ok(change('hubbub_database_seconds_count') >= 6);
    assert.ok(change('hubbub_database_seconds_sum') > 0);
  });

  test('REST by route, refusals by code', async () => {
    const change = await changesBy(async () => {
      await alice.api.get(`/channels/${channel}`);
      await bob.api.get(`/channels/${channel}`);
      await new Api(hubbub.url).get('/me');
    });
    assert.equal(change('hubbub_rest_seconds_count{route="GET /channels/{chatChannelId}"}'), 2);
    assert.equal(change('hubbub_rest_seconds_count{route="GET /me"}'), 1);
    assert.equal(change('hubbub_rest_requests_total'), 3);
    assert.equal(change('hubbub_refusals_total{code="auth.token_missing"}'), 1);
  });

  test('bytes of polling and of all, resumed channels, room sizes', async () => {
    const change = await changesBy(async () => {
      const content = 'x'.repeat(10_000);
      assert.equal((await b.send(channel, content)).ok, true);
      assert.equal((await a.ask('resume', { channels: { [channel]: 0, 999999: 0 } })).ok, true);
      await b.see('new_message', ({ message }) => message.content === content);
    });
    assert.ok(change('hubbub_polling_bytes_total{direction="in"}') > 10_000);
    assert.ok(change('hubbub_polling_bytes_total{direction="out"}') > 10_000);
    assert.ok(change('hubbub_network_bytes_total{direction="in"}') > change('hubbub_polling_bytes_total{direction="in"}'));
    assert.ok(change('hubbub_network_bytes_total{direction="out"}') > 20_000);
    assert.equal(change('hubbub_resumed_channels_total{recovered="true"}'), 1);
    assert.equal(change('hubbub_resumed_channels_total{recovered="false"}'), 1);
    const now = await scrape(hubbub.url);
    assert.equal(now.get('hubbub_channel_sockets_count'), 1);
    assert.equal(now.get('hubbub_channel_sockets_sum'), 2);
  });

  test('what is below the chat: limits, pool, memory, lag', async () => {
    const change = await changesBy(async () => {
      await fetch(`${hubbub.url}/socket.io/?EIO=4&transport=pigeon`);
    });
    assert.equal(change('hubbub_limits_total{limit="session_refused"}'), 1);
    const now = await scrape(hubbub.url);
    for (const limit of ['slow_consumer', 'volatile_dropped', 'ping_timeout', 'connection_refused']) {
      assert.equal(now.get(`hubbub_limits_total{limit="${limit}"}`), 0);
    }
    assert.equal(now.get('hubbub_database_connections_ready'), now.get('hubbub_database_connections'));
    assert.ok(now.get('hubbub_database_connections') >= 2);
    assert.ok(now.get('process_resident_memory_bytes') > 1e6);
    assert.ok(now.get('process_open_fds') > 10);
    assert.ok(now.get('hubbub_shard_lag_seconds{shard="1"}') >= 0);
    assert.equal(now.get('hubbub_tls_handshakes_total{result="done"}'), 0);
    assert.equal(now.get('hubbub_draining'), 0);
  });

  test('a flood of requests shares ten collections a second', async () => {
    const texts = new Set(); // the processor time grows with each collection
    const began = performance.now();
    let answers = 0;
    const flood = async () => {
      for (; performance.now() - began < 2_000; ++answers) {
        const answer = await fetch(`${hubbub.url}/metrics`);
        assert.equal(answer.status, 200);
        texts.add(await answer.text());
      }
    };
    await Promise.all(Array.from({ length: 20 }, flood));
    const most = (performance.now() - began) / kPauseMs + 10; // the server's loop reads the clock late when the machine is busy
    assert.ok(texts.size <= most, `${texts.size} collections for ${answers} requests, ${most.toFixed()} at most`);
  });
});
