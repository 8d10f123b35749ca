// The contract's promises, on two servers with one database. Others are held elsewhere: 1 and 3 over kill -9 in
// e2e/kill9, 4 over lost connections in channel-feed, 6 also in receipts and mentions, 7 in access and live-order.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Api, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { binary } from '../support/processes.js';
import { randomOf } from '../support/random.js';
import { until } from '../support/wait.js';

const kSecret = 'one secret of both servers, long enough for HS256';

describe('the promises of the contract', () => {
  let nodes; // two servers with one database: the first one's
  let alice;
  let bob;
  before(async () => {
    const env = { HUBBUB_JWT_SECRET: kSecret, HUBBUB_LIMITS_EVENTS_PER_SECOND: '0' };
    const first = await Hubbub.start({ env });
    nodes = [first];
    const url = `postgresql://hubbub@/hubbub?host=${encodeURIComponent(path.join(first.dataDir, 'postgres-socket'))}`;
    nodes.push(await Hubbub.start({ env: { ...env, DATABASE_URL: url } }));
    [alice, bob] = [await signUp(first.url), await signUp(first.url)];
  });
  after(async () => {
    for (const node of [...(nodes ?? [])].reverse()) await node.stop();
  });

  const open = (t, user, node = 0, options = {}) =>
    ChatClient.connect(nodes[node].url, user.session.accessToken, options).then((client) => {
      t.after(() => client.close());
      return client;
    });
  const apiOf = (user, node) => new Api(nodes[node].url, user.session.accessToken);
  /** All messages, by pages backward from the newest. */
  async function historyOf(user, id, node) {
    let messages = [];
    for (let before = ''; ; before = `&before=${messages[0].id}`) {
      const { body } = await apiOf(user, node).get(`/channels/${id}/messages?limit=100${before}`);
      messages = [...body.messages, ...messages];
      if (!body.hasMoreBefore) return messages;
    }
  }

  test('2 and 3: writers and a storm of retries on two servers: one order, no gap, each message once', async (t) => {
    const id = await createChannel(alice, { members: [bob] });
    const clients = [await open(t, alice, 0), await open(t, bob, 1), await open(t, alice, 1), await open(t, bob, 0)];
    const acks = new Map();
    const write = async (client, elsewhere, who) => {
      for (let i = 0; i < 40; ++i) {
        const clientMessageId = randomUUID();
        const send = (by) => by.send(id, `${who} ${i}`, { clientMessageId });
        const answers = await Promise.all([send(client), send(client), send(elsewhere), send(elsewhere), send(client)]);
        assert.equal(answers.filter(({ deduplicated }) => !deduplicated).length, 1, 'one of the five stored it');
        for (const { message } of answers) assert.deepEqual(message, answers[0].message);
        acks.set(clientMessageId, answers[0].message);
      }
    };
    const [a, b] = [[clients[0], clients[2]], [clients[1], clients[3]]];
    await Promise.all([write(...a, 'alice'), write(...a.toReversed(), 'alice too'), write(...b, 'bob'), write(...b.toReversed(), 'bob too')]);

    const history = await historyOf(alice, id, 0);
    assert.deepEqual(history, await historyOf(bob, id, 1));
    assert.equal(history.length, acks.size);
    history.forEach((message, i) => {
      assert.equal(message.seq, i + 1);
      assert.ok(i === 0 || message.id > history[i - 1].id, 'the order of id is that of seq');
      assert.ok(i === 0 || message.createdAt >= history[i - 1].createdAt);
      assert.deepEqual(acks.get(message.clientMessageId), message);
    });
    for (const client of clients) {
      const seqs = client.all('new_message').map(({ eventSeq }) => eventSeq);
      assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'each server broadcasts without a gap, in order');
    }
  });

  test('1: what was acknowledged is there after kill -9 of the server and its database in the same moment', async () => {
    const own = await Hubbub.start({ env: { HUBBUB_JWT_SECRET: kSecret } });
    const user = await signUp(own.url);
    const id = await createChannel(user);
    const client = await ChatClient.connect(own.url, user.session.accessToken, { reconnection: false });
    const [pid] = readFileSync(path.join(own.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    const sent = [];
    for (let i = 0; i < 6; ++i) sent.push((await client.send(id, `${i}`)).message);
    const messageId = sent[0].id;
    const burst = Array.from({ length: 100 }, (_, i) => client.send(id, `burst ${i}`));
    burst.forEach((send) => send.catch(() => {}));
    await client.ask('edit_message', { chatChannelId: id, messageId, content: 'edited' });
    await client.ask('delete_message', { chatChannelId: id, messageId: sent[1].id });
    assert.equal((await client.ask('add_reaction', { chatChannelId: id, messageId, reaction: '👍' })).ok, true);
    process.kill(Number(pid), 'SIGQUIT');
    await own.kill9();
    const settled = await Promise.race([Promise.allSettled(burst), new Promise((resolve) => setTimeout(resolve, 500, []))]);
    client.close();
    await own.restart();
    const { body } = await user.api.get(`/channels/${id}/messages?limit=100`);
    const kept = new Map(body.messages.map((message) => [message.id, message]));
    const first = (await user.api.get(`/channels/${id}/messages/${messageId}`)).body.message;
    assert.equal(first.content, 'edited');
    assert.deepEqual(first.reactions, [{ reaction: '👍', count: 1, userIds: [user.id] }]);
    assert.ok((await user.api.get(`/channels/${id}/messages/${sent[1].id}`)).body.message.deletedAt);
    for (const { value } of settled.filter((one) => one.value?.ok)) {
      if (value.message.id >= body.messages[0].id) assert.deepEqual(kept.get(value.message.id), value.message);
    }
    const seqs = body.messages.map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'no gap');
    await own.stop();
  });

  test('4 and 5: after a random history, resume and the history of each server tell what was acknowledged', async (t) => {
    const random = randomOf(t);
    const id = await createChannel(alice, { members: [bob] });
    const clients = [await open(t, alice, 0), await open(t, bob, 1)];
    const live = await open(t, alice, 0);
    const state = (await alice.api.get(`/channels/${id}`)).body.state;
    const model = []; // of each message: {id, author, content, deleted, reactions}
    for (let step = 0; step < 120; ++step) {
      const who = random(2);
      const client = clients[who];
      const target = model[random(model.length || 1)];
      const own = target && !target.deleted && target.author === who;
      const at = { chatChannelId: id, messageId: target?.id };
      switch (target ? random(5) : 0) {
        case 1:
          if (!own) break;
          target.content = `edit ${step}`;
          assert.equal((await client.ask('edit_message', { ...at, content: target.content })).message.content, target.content);
          break;
        case 2:
          if (!own || random(3) > 0) break;
          assert.equal((await client.ask('delete_message', at)).ok, true);
          Object.assign(target, { deleted: true, content: '', reactions: new Set() });
          break;
        case 3: {
          if (target.deleted) break;
          const add = random(3) > 0;
          assert.equal((await client.ask(add ? 'add_reaction' : 'remove_reaction', { ...at, reaction: ':x:' })).ok, true);
          if (add) target.reactions.add(who);
          else target.reactions.delete(who);
          break;
        }
        default: {
          const { message } = await client.send(id, `text ${step}`);
          model.push({ id: message.id, author: who, content: message.content, reactions: new Set() });
        }
      }
      if (step % 10 === 0) {
        const seen = await historyOf(alice, id, random(2));
        assert.deepEqual(seen.map(({ content }) => content), model.map(({ content }) => content), `step ${step}: both servers know at once`);
      }
    }
    await clients[0].send(id, 'the last'); // what the other server wrote is broadcast with what is written here
    await live.see('new_message', ({ message }) => message.content === 'the last');

    const { lastEventSeq } = (await alice.api.get(`/channels/${id}`)).body.state;
    const resumed = [];
    for (const [node, user] of [[0, alice], [1, bob], [1, alice]]) {
      const client = await open(t, user, node);
      const ack = await client.ask('resume', { channels: { [id]: state.lastEventSeq } });
      assert.equal(ack.channels[id].recovered, true);
      resumed.push(ack.channels[id].events);
    }
    assert.deepEqual(resumed[1], resumed[0]);
    assert.deepEqual(resumed[2], resumed[0]);
    const seqs = resumed[0].map(({ data }) => data.eventSeq);
    assert.deepEqual(seqs, Array.from({ length: lastEventSeq - state.lastEventSeq }, (_, i) => state.lastEventSeq + 1 + i));
    const heard = live.events.filter(({ data }) => data?.chatChannelId === id && data.eventSeq > state.lastEventSeq);
    assert.deepEqual(heard.map(({ name, data }) => [name, data.eventSeq]), resumed[0].map(({ event, data }) => [event, data.eventSeq]));
    const messages = await historyOf(bob, id, 1);
    for (const [i, { content, reactions }] of model.entries()) {
      assert.equal(messages[i].content, content);
      assert.equal(messages[i].reactions[0]?.count ?? 0, reactions.size);
    }
  });

  test('8: a client that does not keep up is closed, is told what it missed or that it is too much, and misses nothing in the history', async (t) => {
    const id = await createChannel(alice, { members: [bob] });
    const writer = await open(t, alice, 0);
    const slow = await open(t, bob, 0);
    const known = (await bob.api.get(`/channels/${id}`)).body.state.lastEventSeq;
    const socket = slow.socket.io.engine.transport.ws._socket;
    socket.pause();
    const content = 'x'.repeat(16_000);
    for (let i = 0; i < 18; ++i) {
      const acks = await Promise.all(Array.from({ length: 50 }, () => writer.send(id, content)));
      assert.ok(acks.every(({ ok }) => ok), 'the sender does not notice');
    }
    socket.resume();
    await slow.untilDisconnected(30_000).catch(() => {});
    await until('the reconnection', () => slow.all('connected').length === 2, { timeoutMs: 30_000 });
    const heard = slow.all('new_message').map(({ eventSeq }) => eventSeq);
    assert.ok(heard.length < 900, 'it was closed before it had got everything');
    assert.deepEqual(heard, heard.map((_, i) => known + 1 + i), 'nothing in between is missing');
    const ack = await slow.ask('resume', { channels: { [id]: known + heard.length } });
    const { recovered, events, lastEventSeq } = ack.channels[id];
    assert.equal(lastEventSeq, known + 900);
    if (recovered) assert.equal(events.length, 900 - heard.length);
    const { lastSeq } = (await bob.api.get(`/channels/${id}`)).body.state;
    assert.equal(lastSeq, 900);
    assert.equal((await historyOf(bob, id, 0)).length, 900);
  });

  test('a second server on a database says so, once; a command is none', async () => {
    const said = (node) => node.program.log.split('\n').filter((line) => line.includes('other_server_on_database'));
    await until('the second server to say so', () => said(nodes[1]).length > 0, { timeoutMs: 20_000 });
    const env = { PATH: process.env.PATH, DATABASE_URL: nodes[1].env.DATABASE_URL };
    await promisify(execFile)(binary('hubbub'), ['channel', 'add', 'by a command'], { env });
    await pause(6_000); // longer than between two looks
    assert.deepEqual(said(nodes[0]), []);
    const [line, ...more] = said(nodes[1]).map((text) => JSON.parse(text));
    assert.deepEqual(more, []);
    assert.equal(line.level, 'error');
    assert.match(line.hint, /stop one/);
  });
});
