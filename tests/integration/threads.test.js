import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';

describe('threads', () => {
  let hubbub;
  let alice;
  let client;
  let channel;
  let root;
  const replies = [];
  before(async () => {
    hubbub = await Hubbub.start();
    alice = await signUp(hubbub.url);
    channel = await createChannel(alice);
    client = await ChatClient.connect(hubbub.url, alice.session.accessToken);
    root = (await client.send(channel, 'root')).message.id;
    for (let i = 0; i < 7; ++i) {
      await client.send(channel, 'between');
      replies.push((await client.send(channel, `reply ${i}`, { parentMessageId: root })).message);
    }
  });
  after(async () => {
    client?.close();
    await hubbub?.stop();
  });

  const page = async (query = '', id = root) => {
    const { status, body } = await alice.api.get(`/channels/${channel}/messages/${id}/replies?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };

  test('the answers to a message, the newest page', async () => {
    assert.deepEqual(await page(), { messages: replies, hasMoreBefore: false, hasMoreAfter: false });
    assert.deepEqual(await page('limit=3'), { messages: replies.slice(4), hasMoreBefore: true, hasMoreAfter: false });
  });

  test('back and forth by pages', async () => {
    const before = await page(`before=${replies[4].id}&limit=3`);
    assert.deepEqual(before, { messages: replies.slice(1, 4), hasMoreBefore: true, hasMoreAfter: true });
    const after = await page(`after=${replies[4].id}&limit=3`);
    assert.deepEqual(after, { messages: replies.slice(5), hasMoreBefore: true, hasMoreAfter: false });
    const fromRoot = await page(`after=${root}&limit=2`);
    assert.deepEqual(fromRoot.messages, replies.slice(0, 2));
    const around = await page(`around=${replies[3].id}&limit=3`);
    assert.deepEqual(around.messages, replies.slice(2, 5));
    assert.deepEqual((await page('at=1970-01-01T00:00:00Z&limit=3')).messages, replies.slice(0, 2));
  });

  test('an answer to an answer, and to a deleted message', async () => {
    const { message } = await client.send(channel, 'deeper', { parentMessageId: replies[0].id });
    assert.equal(message.parentMessageId, replies[0].id);
    assert.deepEqual((await page('', replies[0].id)).messages, [message]);
    await client.ask('delete_message', { chatChannelId: channel, messageId: replies[0].id });
    const late = await client.send(channel, 'late', { parentMessageId: replies[0].id });
    assert.equal(late.ok, true);
    assert.deepEqual((await page('', replies[0].id)).messages, [message, late.message]);
  });

  test('a message without answers has none; one that is not there or elsewhere is not found', async () => {
    assert.deepEqual((await page('', replies[6].id)).messages, []);
    const elsewhere = await createChannel(alice);
    for (const path of [`/channels/${elsewhere}/messages/${root}/replies`, `/channels/${channel}/messages/999999999/replies`]) {
      assertRefused(await alice.api.get(path), 404, 'message.not_found');
    }
    assertRefused(await alice.api.get(`/channels/${channel}/messages/${root}/replies?limit=101`), 400, 'validation.range', 'limit');
  });
});
