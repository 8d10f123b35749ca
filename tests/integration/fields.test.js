import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertError, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { Witness } from '../support/witness.js';

const values = {
  null: null,
  true: true,
  'a number': 7.5,
  'a negative number': -1,
  'a string': 'x',
  'an empty string': '',
  'an array': [1],
  'an object': { a: 1 },
};
const isNumber = (value) => typeof value === 'number';
const isString = (value) => typeof value === 'string';

/** Every event of the client, a good object for it, and the fields that may be wrong: which values are so, and how. */
const events = {
  send_message: {
    chatChannelId: { required: true, wrong: (value) => !isNumber(value) },
    content: { required: true, wrong: (value) => !isString(value) },
    clientMessageId: { required: true, wrong: () => true },
    parentMessageId: { wrong: (value) => value !== null },
  },
  edit_message: {
    chatChannelId: { required: true, wrong: (value) => !isNumber(value) },
    messageId: { required: true, wrong: () => true },
    content: { required: true, wrong: (value) => !isString(value) },
  },
  delete_message: {
    chatChannelId: { required: true, wrong: (value) => !isNumber(value) },
    messageId: { required: true, wrong: () => true },
  },
  ...Object.fromEntries(
    ['add_reaction', 'remove_reaction'].map((event) => [
      event,
      {
        chatChannelId: { required: true, wrong: (value) => !isNumber(value) },
        messageId: { required: true, wrong: () => true },
        reaction: { required: true, wrong: () => true },
      },
    ]),
  ),
  ...Object.fromEntries(
    ['mark_as_read', 'mark_as_delivered'].map((event) => [
      event,
      {
        chatChannelId: { required: true, wrong: (value) => !isNumber(value) },
        messageId: { required: true, wrong: () => true },
      },
    ]),
  ),
  join_channel: {
    chatChannelId: { required: true, wrong: () => true },
    lastEventSeq: { wrong: (value) => value !== null },
    historyLimit: { wrong: (value) => value !== null },
  },
  leave_channel: { chatChannelId: { required: true, wrong: () => true } },
  get_history: {
    chatChannelId: { required: true, wrong: () => true },
    before: { wrong: (value) => value !== null },
    after: { wrong: (value) => value !== null },
    around: { wrong: (value) => value !== null },
    at: { wrong: (value) => value !== null },
    limit: { wrong: (value) => value !== null },
  },
  typing_start: { chatChannelId: { required: true, wrong: () => true } },
  typing_stop: { chatChannelId: { required: true, wrong: () => true } },
  user_online: {
    status: { wrong: (value) => value !== null },
    statusText: { wrong: (value) => value !== null && !isString(value) },
  },
  user_offline: {},
  get_presence: {
    userIds: { required: true, wrong: (value) => !Array.isArray(value) },
    chatChannelId: { wrong: (value) => value !== null },
  },
  resume: { channels: { required: true, wrong: (value) => typeof value !== 'object' || value === null || Array.isArray(value) } },
};

describe('fields of events', () => {
  let hubbub;
  let witness;
  let client;
  let channel;
  before(async () => {
    hubbub = await Hubbub.start();
    witness = await Witness.start(hubbub);
    const user = await signUp(hubbub.url);
    channel = await createChannel(user);
    client = await ChatClient.connect(hubbub.url, user.session.accessToken);
  });
  after(async () => {
    client?.close();
    witness?.close();
    await hubbub?.stop();
  });
  afterEach(() => witness.check());

  const good = {
    send_message: () => ({ chatChannelId: channel, content: 'x', clientMessageId: randomUUID() }),
    edit_message: () => ({ chatChannelId: channel, messageId: 1, content: 'x' }),
    delete_message: () => ({ chatChannelId: channel, messageId: 1 }),
    add_reaction: () => ({ chatChannelId: channel, messageId: 1, reaction: '👍' }),
    remove_reaction: () => ({ chatChannelId: channel, messageId: 1, reaction: '👍' }),
    mark_as_read: () => ({ chatChannelId: channel, messageId: 1 }),
    mark_as_delivered: () => ({ chatChannelId: channel, messageId: 1 }),
    user_online: () => ({}),
    user_offline: () => ({}),
    get_presence: () => ({ userIds: [1] }),
    resume: () => ({ channels: {} }),
  };
  const goodFor = (event) => (good[event] ?? (() => ({ chatChannelId: channel })))();

  async function assertFieldRefused(event, object, code, field) {
    const ack = await client.ask(event, object);
    assert.equal(ack.ok, false, JSON.stringify(ack));
    assertError(ack.error, code, field);
  }

  for (const [event, fields] of Object.entries(events)) {
    for (const [field, { required, wrong }] of Object.entries(fields)) {
      if (required) {
        test(`${event} without ${field}: validation.missing`, async () => {
          const { [field]: _, ...rest } = goodFor(event);
          await assertFieldRefused(event, rest, 'validation.missing', field);
        });
      }
      for (const [name, value] of Object.entries(values).filter(([, value]) => wrong(value))) {
        test(`${event}, ${field} is ${name}: validation.* of it`, async () => {
          await assertFieldRefused(event, { ...goodFor(event), [field]: value }, 'validation.', field);
        });
      }
    }
  }

  for (const event of Object.keys(events)) {
    for (const [name, value] of Object.entries(values).filter(([, value]) => typeof value !== 'object' || value === null || Array.isArray(value))) {
      test(`${event} with ${name} for its object: validation.*`, async () => {
        const ack = await client.ask(event, value);
        assert.equal(ack.ok, false);
        assertError(ack.error, 'validation.');
      });
    }
    test(`${event} without an object: validation.*`, async () => {
      const ack = await client.ask(event);
      assert.equal(ack.ok, false);
      assertError(ack.error, 'validation.');
    });
  }

  const particular = [
    ['content empty', 'send_message', { content: '' }, 'validation.too_short', 'content'],
    ['content of blanks', 'send_message', { content: ' \n\t ' }, 'validation.too_short', 'content'],
    ['content over 16 KB', 'send_message', { content: 'x'.repeat(16_385) }, 'validation.too_long', 'content'],
    ['content over 16 KB in bytes', 'send_message', { content: `${'é'.repeat(8192)}x` }, 'validation.too_long', 'content'],
    ['content with a NUL', 'send_message', { content: 'a\u0000b' }, 'validation.format', 'content'],
    ['clientMessageId no UUID', 'send_message', { clientMessageId: 'not-a-uuid' }, 'validation.format', 'clientMessageId'],
    ['clientMessageId in braces', 'send_message', { clientMessageId: `{${randomUUID()}}` }, 'validation.format', 'clientMessageId'],
    ['clientMessageId of 1 MB less', 'send_message', { clientMessageId: 'a'.repeat(900_000) }, 'validation.', 'clientMessageId'],
    ['chatChannelId 0', 'typing_start', { chatChannelId: 0 }, 'validation.', 'chatChannelId'],
    ['chatChannelId 2^53', 'typing_start', { chatChannelId: 2 ** 53 }, 'validation.', 'chatChannelId'],
    ['chatChannelId 1e308', 'typing_start', { chatChannelId: 1e308 }, 'validation.', 'chatChannelId'],
    ['chatChannelId as text', 'typing_start', { chatChannelId: '1' }, 'validation.type', 'chatChannelId'],
    ['content over 16 KB', 'edit_message', { content: 'x'.repeat(16_385) }, 'validation.too_long', 'content'],
    ['content of blanks', 'edit_message', { content: ' \n ' }, 'validation.too_short', 'content'],
    ['messageId 2^53', 'delete_message', { messageId: 2 ** 53 }, 'validation.range', 'messageId'],
    ['reaction empty', 'add_reaction', { reaction: '' }, 'validation.too_short', 'reaction'],
    ['reaction a word', 'add_reaction', { reaction: 'like' }, 'validation.format', 'reaction'],
    ['reaction of two emoji', 'add_reaction', { reaction: '👍👍' }, 'validation.format', 'reaction'],
    ['reaction a name too long', 'add_reaction', { reaction: `:${'a'.repeat(33)}:` }, 'validation.too_long', 'reaction'],
    ['reaction with markup', 'add_reaction', { reaction: ':<b>:' }, 'validation.format', 'reaction'],
    ['messageId and messageIds', 'mark_as_read', { messageIds: [1] }, 'validation.format', 'messageIds'],
    ['messageIds a number', 'mark_as_read', { messageId: undefined, messageIds: 1 }, 'validation.type', 'messageIds'],
    ['messageIds empty', 'mark_as_delivered', { messageId: undefined, messageIds: [] }, 'validation.too_short', 'messageIds'],
    ['101 messageIds', 'mark_as_read', { messageId: undefined, messageIds: Array(101).fill(1) }, 'validation.too_long', 'messageIds'],
    ['messageIds of text', 'mark_as_read', { messageId: undefined, messageIds: ['1'] }, 'validation.type', 'messageIds'],
    ['messageIds with 0', 'mark_as_read', { messageId: undefined, messageIds: [1, 0] }, 'validation.range', 'messageIds'],
    ['messageIds over 2^63', 'mark_as_read', { messageId: undefined, messageIds: [1e19] }, 'validation.', 'messageIds'],
    ['status unknown', 'user_online', { status: 'offline' }, 'validation.format', 'status'],
    ['statusText of 101 characters', 'user_online', { statusText: 'é'.repeat(101) }, 'validation.too_long', 'statusText'],
    ['statusText of two lines', 'user_online', { statusText: 'a\nb' }, 'validation.format', 'statusText'],
    ['userIds and chatChannelId', 'get_presence', { chatChannelId: 1 }, 'validation.format', 'userIds'],
    ['userIds empty', 'get_presence', { userIds: [] }, 'validation.too_short', 'userIds'],
    ['201 userIds', 'get_presence', { userIds: Array(201).fill(1) }, 'validation.too_long', 'userIds'],
    ['userIds with 0', 'get_presence', { userIds: [1, 0] }, 'validation.range', 'userIds'],
    ['limit 0', 'get_history', { limit: 0 }, 'validation.range', 'limit'],
    ['at no time', 'get_history', { at: '2026-02-30T10:00:00Z' }, 'validation.format', 'at'],
    ['at and around', 'get_history', { at: '2026-02-28T10:00:00Z', around: 1 }, 'validation.format', 'at'],
    ['limit 101', 'get_history', { limit: 101 }, 'validation.range', 'limit'],
    ['historyLimit 101', 'join_channel', { historyLimit: 101 }, 'validation.range', 'historyLimit'],
    ['lastEventSeq -1', 'join_channel', { lastEventSeq: -1 }, 'validation.range', 'lastEventSeq'],
    ['channels with a name', 'resume', { channels: { x: 1 } }, 'validation.', undefined],
    ['channels with text', 'resume', { channels: { 1: '0' } }, 'validation.', undefined],
    ['channels with -1', 'resume', { channels: { 1: -1 } }, 'validation.', undefined],
    ['token a number', 'refresh_token', { token: 1 }, 'validation.type', 'token'],
    ['token missing', 'refresh_token', { token: undefined }, 'validation.missing', 'token'],
  ];
  for (const [name, event, change, code, field] of particular) {
    test(`${event}, ${name}: ${code}`, async () => {
      await assertFieldRefused(event, { ...goodFor(event), ...change }, code, field);
    });
  }

  test('a thousand refused events in one go are all answered', async () => {
    const acks = await Promise.all(Array.from({ length: 1000 }, () => client.ask('send_message', { chatChannelId: channel })));
    assert.ok(acks.every(({ ok }) => ok === false));
  });
});
