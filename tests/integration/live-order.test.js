import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { addMember, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe('answers and live events are in one line, while others write without pause', () => {
  let hubbub;
  let alice;
  let bob;
  let writer;
  let channel;
  let writing = true;
  let loops;
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_LIMITS_EVENTS_PER_SECOND: '0' } });
    [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    channel = await createChannel(alice, { members: [bob] });
    writer = await ChatClient.connect(hubbub.url, alice.session.accessToken);
    await writer.send(channel, 'first');
    const write = async () => {
      while (writing) await writer.send(channel, 'on and on');
    };
    loops = Promise.all(Array.from({ length: 8 }, write));
  });
  after(async () => {
    writing = false;
    await loops;
    writer?.close();
    await hubbub?.stop();
  });

  /** The eventSeqs of the channel, in order of arrival, before and after the first event that `isMark`. */
  function split(client, isMark) {
    const seqs = ({ name, data }) => (name === 'new_message' && data.chatChannelId === channel ? [data.eventSeq] : []);
    const mark = client.events.findIndex(isMark);
    return [client.events.slice(0, mark).flatMap(seqs), client.events.slice(mark + 1).flatMap(seqs)];
  }

  /** That what is not in the state comes live, once and in order; and what is in it, not after it. */
  function assertContinues(state, earlier, later) {
    assert.ok(later.every((seq) => seq > state), `${later} after a state of ${state}`);
    const news = [...earlier, ...later].filter((seq) => seq > state);
    assert.deepEqual(news, news.map((_, i) => state + 1 + i));
  }

  test('connected: live events continue its state, without a gap or a repetition', async () => {
    for (let i = 0; i < 60; ++i) {
      const client = await ChatClient.connect(hubbub.url, bob.session.accessToken);
      const isConnected = ({ name }) => name === 'connected';
      await until('more events', () => split(client, isConnected)[1].length >= 3, { everyMs: 1 });
      const [earlier, later] = split(client, isConnected);
      client.close();
      const { channels } = client.all('connected')[0];
      const { lastEventSeq } = channels.find(({ chatChannelId }) => chatChannelId === channel);
      assertContinues(lastEventSeq, earlier, later);
    }
  });

  for (const [event, request, stateOf] of [
    ['resume', (from) => ({ channels: { [channel]: from } }), (ack) => ack.channels[channel].lastEventSeq],
    ['join_channel', (from) => ({ chatChannelId: channel, lastEventSeq: from }), (ack) => ack.lastEventSeq],
  ]) {
    test(`${event}: the same`, async () => {
      const client = await ChatClient.connect(hubbub.url, bob.session.accessToken);
      const { channels } = client.all('connected')[0];
      let known = channels.find(({ chatChannelId }) => chatChannelId === channel).lastEventSeq;
      for (let i = 0; i < 60; ++i) {
        client.events.length = 0;
        const answered = new Promise((resolve) =>
          client.socket.emit(event, request(known), (ack) => {
            client.events.push({ name: 'answer', data: ack });
            resolve(ack);
          }),
        );
        const ack = await answered;
        assert.equal(ack.ok, true, JSON.stringify(ack));
        const isAnswer = ({ name }) => name === 'answer';
        await until('more events', () => split(client, isAnswer)[1].length >= 3, { everyMs: 1 });
        const [earlier, later] = split(client, isAnswer);
        known = stateOf(ack);
        assertContinues(known, earlier, later);
      }
      client.close();
    });
  }

  test('removed in the very moment of connecting: nothing of the channel comes after the 204', async () => {
    const secret = await createChannel(alice, { type: 'private' });
    for (let i = 0; i < 40; ++i) {
      await addMember(alice, secret, bob);
      const client = new ChatClient(hubbub.url, bob.session.accessToken);
      const connected = client.untilConnected();
      await pause(i / 2);
      assert.equal((await alice.api.delete(`/channels/${secret}/members/${bob.id}`)).status, 204);
      const content = `not for Bob: ${randomUUID()}`;
      await writer.send(secret, content);
      await connected;
      await client.ask('get_history', { chatChannelId: channel, limit: 1 });
      client.close();
      assert.deepEqual(client.all('new_message').filter((event) => event.message.content === content), []);
    }
  });

  test('added in the very moment of connecting: every later message comes', async () => {
    for (let i = 0; i < 40; ++i) {
      const other = await createChannel(alice);
      const client = new ChatClient(hubbub.url, bob.session.accessToken);
      const connected = client.untilConnected();
      await pause(i / 2);
      assert.equal((await alice.api.post(`/channels/${other}/members`, { userId: bob.id })).status, 201);
      await writer.send(other, 'for Bob');
      const { channels } = await connected;
      const state = channels.find(({ chatChannelId }) => chatChannelId === other);
      const added = () => client.all('channel_added').some((event) => event.channel.chatChannelId === other);
      await until('the channel to be known', () => state || added());
      const known = state?.lastSeq ?? 0;
      if (known === 0) await client.see('new_message', (event) => event.chatChannelId === other);
      client.close();
    }
  });
});
