import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { assertError, createChannel } from '../support/api.js';
import { ChatClient, Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { until } from '../support/wait.js';

describe('messages', () => {
  const suite = new Suite();
  let hubbub;
  let alice;
  let bob;
  let a; // Alice's socket
  let b; // Bob's
  let channel;
  before(async () => {
    ({ hubbub, users: [alice, bob] } = await suite.start({ users: 2 }));
    channel = await createChannel(alice, { members: [bob] });
    a = await suite.connect(alice);
    b = await suite.connect(bob, { transports: ['polling'] });
  });
  after(() => suite.stop());

  const stored = async (id) => (await alice.api.get(`/channels/${channel}/messages/${id}`)).body.message;

  test('send: the ack is the stored message, the channel gets new_message, the sender too', async () => {
    const clientMessageId = randomUUID();
    const ack = await a.send(channel, 'hello', { clientMessageId });
    assert.equal(ack.ok, true, JSON.stringify(ack));
    assert.equal(ack.deduplicated, false);
    assertShape('Message', ack.message);
    assert.equal(ack.message.senderId, alice.id);
    assert.equal(ack.message.clientMessageId, clientMessageId);
    assert.equal(ack.message.content, 'hello');
    assert.equal(ack.message.parentMessageId, null);
    assert.deepEqual(ack.message.reactions, []);
    for (const client of [a, b]) {
      const event = await client.see('new_message', ({ message }) => message.id === ack.message.id);
      assertShape('NewMessageEvent', event);
      assert.deepEqual(event.message, ack.message);
    }
    assert.deepEqual(await stored(ack.message.id), ack.message, 'read your own write');
    const { body } = await alice.api.get(`/channels/${channel}`);
    assert.equal(body.channel.lastMessageId, ack.message.id);
    assert.equal(body.channel.lastMessageAt, ack.message.createdAt);
    assert.equal(body.state.lastSeq, ack.message.seq);
  });

  test('seq, id and eventSeq go up by every message', async () => {
    const acks = [];
    for (let i = 0; i < 5; ++i) acks.push(await a.send(channel, `step ${i}`));
    acks.slice(1).forEach(({ message }, i) => {
      assert.equal(message.seq, acks[i].message.seq + 1);
      assert.ok(message.id > acks[i].message.id);
      assert.ok(message.createdAt >= acks[i].message.createdAt);
    });
  });

  test('a send repeated with its clientMessageId: one message, deduplicated', async () => {
    const clientMessageId = randomUUID();
    const first = await a.send(channel, 'once', { clientMessageId });
    const again = await a.send(channel, 'once', { clientMessageId });
    assert.equal(again.ok, true);
    assert.equal(again.deduplicated, true);
    assert.deepEqual(again.message, first.message);
    const upper = await a.send(channel, 'other text', { clientMessageId: clientMessageId.toUpperCase() });
    assert.equal(upper.deduplicated, true);
    assert.deepEqual(upper.message, first.message);
    const fence = await a.send(channel, 'fence');
    assert.equal(fence.message.seq, first.message.seq + 1);
    await b.see('new_message', ({ message }) => message.id === fence.message.id);
    assert.equal(b.all('new_message').filter(({ message }) => message.clientMessageId === clientMessageId).length, 1);
  });

  test('the same clientMessageId many times at once: one message', async () => {
    const clientMessageId = randomUUID();
    const other = await ChatClient.connect(hubbub.url, alice.session.accessToken);
    const acks = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? a : other).send(channel, 'at once', { clientMessageId })),
    );
    other.close();
    assert.equal(new Set(acks.map(({ message }) => message.id)).size, 1);
    assert.equal(acks.filter(({ deduplicated }) => !deduplicated).length, 1);
  });

  test('a clientMessageId is one of its sender and channel', async () => {
    const clientMessageId = randomUUID();
    const elsewhere = await createChannel(alice);
    const acks = [
      await a.send(channel, 'x', { clientMessageId }),
      await b.send(channel, 'x', { clientMessageId }),
      await a.send(elsewhere, 'x', { clientMessageId }),
    ];
    for (const ack of acks) assert.equal(ack.deduplicated, false);
    assert.equal(new Set(acks.map(({ message }) => message.id)).size, 3);
  });

  test('two senders at once: one order for all', async () => {
    const count = 100;
    const sends = Array.from({ length: count }, (_, i) => (i % 2 ? a : b).send(channel, `race ${i}`));
    const acks = await Promise.all(sends);
    const ids = new Set(acks.map(({ message }) => message.id));
    const seenBy = (client) => client.all('new_message').map(({ message }) => message).filter(({ id }) => ids.has(id));
    await until('every message at both', () => seenBy(a).length === count && seenBy(b).length === count);
    assert.deepEqual(seenBy(a), seenBy(b));
    const seqs = seenBy(a).map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i));
    for (const sender of [alice, bob]) {
      const own = seenBy(a).filter(({ senderId }) => senderId === sender.id).map(({ content }) => Number(content.slice(5)));
      assert.deepEqual(own, [...own].sort((x, y) => x - y), 'a sender keeps its own order');
    }
    const { body } = await bob.api.get(`/channels/${channel}/messages?limit=${count}`);
    assert.deepEqual(body.messages.map(({ id }) => id), seenBy(a).map(({ id }) => id));
  });

  test('a reply names its parent', async () => {
    const parent = await a.send(channel, 'question');
    const reply = await b.send(channel, 'answer', { parentMessageId: parent.message.id });
    assert.equal(reply.message.parentMessageId, parent.message.id);
    assert.equal((await stored(reply.message.id)).parentMessageId, parent.message.id);
  });

  const contents = [
    ['bidirectional and zero-width', 'a\u202eb\u2066c\u200d\u200b\ufeffd'],
    ['emoji with joiners', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['many combining marks', `x${'\u0323'.repeat(30)}`.repeat(250)],
    ['markup', '<script>alert(1)</script> [x](javascript:alert(1)) &amp; %00 \\'],
    ['SQL', "'; DROP TABLE chat_message; --"],
    ['white space around and inside', '  two  lines\n\n\tand a tab  '],
    ['16 KB', 'é'.repeat(8192)],
    ['JSON', '{"__proto__":{"x":1}}'],
  ];
  for (const [name, content] of contents) {
    test(`content comes back as it was sent: ${name}`, async () => {
      const ack = await a.send(channel, content);
      assert.equal(ack.ok, true, JSON.stringify(ack).slice(0, 300));
      assert.equal(ack.message.content, content);
      const event = await b.see('new_message', ({ message }) => message.id === ack.message.id);
      assert.equal(event.message.content, content);
      assert.equal((await stored(ack.message.id)).content, content);
    });
  }

  test('fields that are the server’s to give are ignored', async () => {
    const forged = { senderId: bob.id, id: 1, seq: 1, eventSeq: 1, createdAt: '2000-01-01T00:00:00.000Z', editedAt: 'x', reactions: [1] };
    const ack = await a.send(channel, 'forged', forged);
    assert.equal(ack.ok, true);
    assert.equal(ack.message.senderId, alice.id);
    assert.notEqual(ack.message.seq, 1);
    assert.ok(Date.parse(ack.message.createdAt) > Date.now() - 60_000);
    assert.equal(ack.message.editedAt, null);
    assert.deepEqual(ack.message.reactions, []);
  });

  test('without an ack callback a refusal is the event "error"', async () => {
    const clientMessageId = randomUUID();
    a.socket.emit('send_message', { chatChannelId: channel, clientMessageId });
    const error = await a.see('error', (event) => event.clientMessageId === clientMessageId);
    assertShape('ErrorEvent', error);
    assert.equal(error.event, 'send_message');
    assertError(error.error, 'validation.missing', 'content');
  });

  test('an event that nobody knows: validation.unknown_event', async () => {
    assertError((await a.ask('no_such_event', {})).error, 'validation.unknown_event');
    a.socket.emit('another_unknown');
    const error = await a.see('error', (event) => event.event === 'another_unknown');
    assertError(error.error, 'validation.unknown_event');
  });
});
