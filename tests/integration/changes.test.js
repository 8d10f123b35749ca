import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { Hubbub } from '../support/hubbub.js';
import { haveReacted } from '../support/reactions.js';

describe('changes of messages', () => {
  let hubbub;
  let alice; // owner
  let bob; // member
  let carol; // admin
  let a;
  let b;
  let c;
  let channel;
  before(async () => {
    hubbub = await Hubbub.start();
    [alice, bob, carol] = [await signUp(hubbub.url), await signUp(hubbub.url), await signUp(hubbub.url)];
    channel = await createChannel(alice, { members: [bob] });
    await alice.api.post(`/channels/${channel}/members`, { userId: carol.id, role: 'admin' });
    const connect = (user, options) => ChatClient.connect(hubbub.url, user.session.accessToken, options);
    [a, b, c] = [await connect(alice), await connect(bob, { transports: ['polling'] }), await connect(carol)];
  });
  after(async () => {
    for (const client of [a, b, c]) client?.close();
    await hubbub?.stop();
  });

  const stored = async (id) => (await alice.api.get(`/channels/${channel}/messages/${id}`)).body.message;
  const of = (id) => (event) => event.messageId === id;
  const about = (messageId, rest) => ({ chatChannelId: channel, messageId, ...rest });
  const edit = (client, id, content) => client.ask('edit_message', about(id, { content }));
  const remove = (client, id) => client.ask('delete_message', about(id));
  const react = (client, id, reaction) => client.ask('add_reaction', about(id, { reaction }));
  const unreact = (client, id, reaction) => client.ask('remove_reaction', about(id, { reaction }));
  const refused = (ack, code) => {
    assert.equal(ack.ok, false, JSON.stringify(ack));
    assertError(ack.error, code);
  };

  test('edit: the ack is the message as it is now, the channel gets message_edited', async () => {
    const { message } = await b.send(channel, 'frist');
    const ack = await edit(b, message.id, 'first');
    assert.equal(ack.ok, true, JSON.stringify(ack));
    assertShape('Message', ack.message);
    assert.deepEqual(ack.message, { ...message, content: 'first', editedAt: ack.message.editedAt });
    assert.ok(ack.message.editedAt >= message.createdAt);
    assert.deepEqual(await stored(message.id), ack.message);
    for (const client of [a, b]) {
      const event = await client.see('message_edited', of(message.id));
      assertShape('MessageEditedEvent', event);
      assert.deepEqual(event, {
        ...about(message.id),
        eventSeq: event.eventSeq,
        messageCreatedAt: message.createdAt,
        content: 'first',
        editedAt: ack.message.editedAt,
        editedBy: bob.id,
      });
    }
  });

  test('edit with the same text: ok, and no event', async () => {
    const { message } = await b.send(channel, 'same');
    const ack = await edit(b, message.id, 'same');
    assert.equal(ack.ok, true);
    assert.equal(ack.message.editedAt, null);
    const fence = await edit(b, message.id, 'other');
    assert.equal(fence.ok, true);
    await a.see('message_edited', of(message.id));
    assert.equal(a.all('message_edited').filter(of(message.id)).length, 1);
  });

  test('only the author edits, whatever the role of others', async () => {
    const { message } = await b.send(channel, 'mine');
    refused(await edit(a, message.id, 'not yours'), 'message.not_owner');
    refused(await edit(c, message.id, 'not yours'), 'message.not_owner');
    assert.equal((await stored(message.id)).content, 'mine');
  });

  test('delete: a tombstone keeps its place, the channel gets message_deleted', async () => {
    const { message } = await b.send(channel, 'to be deleted');
    await react(a, message.id, '👍');
    const ack = await remove(b, message.id);
    assert.equal(ack.ok, true, JSON.stringify(ack));
    assert.equal(ack.messageId, message.id);
    for (const client of [a, b]) {
      const event = await client.see('message_deleted', of(message.id));
      assertShape('MessageDeletedEvent', event);
      assert.equal(event.deletedAt, ack.deletedAt);
      assert.equal(event.deletedBy, bob.id);
      assert.equal(event.messageCreatedAt, message.createdAt);
    }
    assert.deepEqual(await stored(message.id), { ...message, content: '', deletedAt: ack.deletedAt });
    const { messages } = await a.ask('get_history', { chatChannelId: channel, around: message.id, limit: 1 });
    assert.equal(messages[0].content, '');
    assert.equal(messages[0].seq, message.seq);
    refused(await remove(b, message.id), 'message.deleted');
    refused(await edit(b, message.id, 'again'), 'message.deleted');
    refused(await react(a, message.id, '👍'), 'message.deleted');
    refused(await unreact(a, message.id, '👍'), 'message.deleted');
  });

  test('delete of what others wrote: by admin and owner, not by a member', async () => {
    const ofAlice = (await a.send(channel, 'by the owner')).message;
    refused(await remove(b, ofAlice.id), 'role.forbidden');
    assert.equal((await stored(ofAlice.id)).deletedAt, null);
    assert.equal((await remove(c, ofAlice.id)).ok, true);
    const event = await b.see('message_deleted', of(ofAlice.id));
    assert.equal(event.deletedBy, carol.id);
    assert.equal((await remove(a, (await b.send(channel, 'by a member')).message.id)).ok, true);
  });

  test('reactions: counted once a user, in the order they came, in ack, event and history', async () => {
    const { message } = await b.send(channel, 'react to me');
    assert.deepEqual((await react(a, message.id, '🎉')).reactions, [{ reaction: '🎉', count: 1, userIds: [alice.id] }]);
    assert.equal((await react(b, message.id, ':ship_it:')).ok, true);
    const ack = await react(c, message.id, '🎉');
    const expected = [
      { reaction: '🎉', count: 2, userIds: [alice.id, carol.id] },
      { reaction: ':ship_it:', count: 1, userIds: [bob.id] },
    ];
    assert.deepEqual(ack, { ok: true, reactions: expected });
    const event = await a.see('reaction_added', (e) => e.messageId === message.id && e.userId === carol.id);
    assertShape('ReactionEvent', event);
    assert.equal(event.reaction, '🎉');
    assertShape('Message', await stored(message.id));
    assert.deepEqual((await stored(message.id)).reactions, expected);
    const { messages } = await b.ask('get_history', { chatChannelId: channel, around: message.id, limit: 1 });
    assert.deepEqual(messages[0].reactions, expected);

    assert.deepEqual((await unreact(a, message.id, '🎉')).reactions[1], { reaction: '🎉', count: 1, userIds: [carol.id] });
    const removed = await b.see('reaction_removed', of(message.id));
    assertShape('ReactionEvent', removed);
    assert.equal(removed.userId, alice.id);
  });

  test('a reaction added or removed twice: ok, and one event', async () => {
    const { message } = await b.send(channel, 'twice');
    const first = await react(a, message.id, '👍');
    assert.deepEqual(await react(a, message.id, '👍'), first);
    assert.deepEqual(await unreact(a, message.id, '👍'), { ok: true, reactions: [] });
    assert.deepEqual(await unreact(a, message.id, '👍'), { ok: true, reactions: [] });
    await react(a, message.id, '👋');
    await b.see('reaction_added', (event) => event.messageId === message.id && event.reaction === '👋');
    assert.equal(b.all('reaction_added').filter(of(message.id)).length, 2);
    assert.equal(b.all('reaction_removed').filter(of(message.id)).length, 1);
  });

  test('of 25 who react alike the first 20 are named, and whoever asks: so that all can take theirs back', async () => {
    const { message } = await b.send(channel, 'very popular');
    const first = (await haveReacted(hubbub, { messageId: message.id, reaction: '👍', count: 22 })).slice(0, 20);
    for (const client of [a, b, c]) assert.equal((await react(client, message.id, '👍')).ok, true);
    const named = (id) => [{ reaction: '👍', count: 25, userIds: [...first, id] }];
    for (const [client, user] of [[a, alice], [c, carol]]) {
      const at = { chatChannelId: channel, around: message.id, limit: 1 };
      assert.deepEqual((await client.ask('get_history', at)).messages[0].reactions, named(user.id));
      const found = await user.api.get(`/search?query=${encodeURIComponent('very popular')}&chatChannelId=${channel}`);
      assert.deepEqual(found.body.messages[0].reactions, named(user.id));
      const { body } = await user.api.get(`/channels/${channel}/messages/${message.id}`);
      assert.deepEqual(body.message.reactions, named(user.id));
    }
    assert.deepEqual((await react(b, message.id, '👍')).reactions, named(bob.id), 'there already');
    const without = [{ reaction: '👍', count: 24, userIds: first }];
    assert.deepEqual((await unreact(b, message.id, '👍')).reactions, without);
    const again = await b.send(channel, message.content, { clientMessageId: message.clientMessageId });
    assert.deepEqual([again.deduplicated, again.message.reactions], [true, without]);
  });

  test('twenty different reactions are enough for a message', async () => {
    const { message } = await b.send(channel, 'popular');
    for (let i = 0; i < 20; ++i) assert.equal((await react(a, message.id, `:r${i}:`)).ok, true);
    refused(await react(a, message.id, ':one-more:'), 'limit.reactions');
    assert.equal((await react(b, message.id, ':r0:')).ok, true);
  });

  test('reactions that ten clients add at once are all counted', async () => {
    const { message } = await b.send(channel, 'at once');
    const acks = await Promise.all(
      Array.from({ length: 10 }, (_, i) => react([a, b, c][i % 3], message.id, `:at-once-${i}:`)),
    );
    assert.ok(acks.every(({ ok }) => ok));
    assert.equal((await stored(message.id)).reactions.length, 10);
  });

  test('resume returns edits, deletions and reactions in order with messages, as they were broadcast', async () => {
    const { message } = await a.send(channel, 'one');
    const start = (await a.see('new_message', (event) => event.message.id === message.id)).eventSeq;
    await edit(a, message.id, 'two');
    await react(b, message.id, '👍');
    const second = (await b.send(channel, 'second')).message;
    await edit(a, message.id, 'three');
    await unreact(b, message.id, '👍');
    await remove(c, second.id);
    await c.see('message_deleted', of(second.id));
    const seen = c.events
      .filter(({ data }) => data?.chatChannelId === channel && data.eventSeq > start)
      .map(({ name, data }) => ({ event: name, data }));
    const names = ['message_edited', 'reaction_added', 'new_message', 'message_edited', 'reaction_removed', 'message_deleted'];
    assert.deepEqual(seen.map(({ event }) => event), names);
    seen.forEach(({ data }, i) => assert.equal(data.eventSeq, start + 1 + i));

    const ack = await a.ask('resume', { channels: { [channel]: start } });
    const { recovered, events, lastEventSeq } = ack.channels[channel];
    assert.equal(recovered, true);
    assert.equal(lastEventSeq, start + names.length);
    // A message comes as it is now: the deleted one without its text.
    const deletedAt = seen.at(-1).data.deletedAt;
    seen[2].data = { ...seen[2].data, message: { ...second, content: '', deletedAt } };
    assert.deepEqual(events, seen);
  });

  test('a text that was deleted is in no answer any more', async () => {
    const { message } = await b.send(channel, 'sesame open');
    await edit(b, message.id, 'sesame edited');
    const { body } = await bob.api.get(`/channels/${channel}`);
    await remove(b, message.id);
    const resumed = await a.ask('resume', { channels: { [channel]: body.state.lastEventSeq - 2 } });
    assert.equal(resumed.channels[channel].events.length, 3);
    assert.doesNotMatch(JSON.stringify(resumed), /sesame/);
    const sql = await hubbub.sql();
    try {
      const { rows } = await sql.query(`SELECT FROM chat_message WHERE content LIKE 'sesame%'
        UNION ALL SELECT FROM chat_channel_event WHERE payload::text LIKE '%sesame%'`);
      assert.equal(rows.length, 0);
    } finally {
      await sql.end();
    }
  });

  test('in an archived channel nothing is changed', async () => {
    const id = await createChannel(alice);
    const { message } = await a.send(id, 'before');
    const sql = await hubbub.sql();
    await sql.query('UPDATE chat_channel SET "archivedAt" = now() WHERE id = $1', [id]);
    await sql.end();
    const there = { chatChannelId: id, messageId: message.id };
    refused(await a.ask('edit_message', { ...there, content: 'x' }), 'channel.archived');
    refused(await a.ask('delete_message', there), 'channel.archived');
    refused(await a.ask('add_reaction', { ...there, reaction: '👍' }), 'channel.archived');
    refused(await a.ask('remove_reaction', { ...there, reaction: '👍' }), 'channel.archived');
  });

  test('a message of another channel under its own channel: message.not_found', async () => {
    const own = await createChannel(bob);
    const { message } = await a.send(channel, 'elsewhere');
    const there = { chatChannelId: own, messageId: message.id };
    refused(await b.ask('edit_message', { ...there, content: 'x' }), 'message.not_found');
    refused(await b.ask('delete_message', there), 'message.not_found');
    refused(await b.ask('add_reaction', { ...there, reaction: '👍' }), 'message.not_found');
  });
});
