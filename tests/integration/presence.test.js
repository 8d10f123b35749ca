import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, createChannel, signUp } from '../support/api.js';
import { ChatClient, Suite } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kGraceMs = 5000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe('presence', { concurrency: true }, () => {
  const suite = new Suite();
  let hubbub;
  before(async () => ({ hubbub } = await suite.start()));
  after(() => suite.stop());
  const { connect } = suite;

  /** Alice, connected, and Bob, in one channel. */
  async function scene() {
    const [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    const channel = await createChannel(alice, { members: [bob] });
    return { alice, bob, channel, a: await connect(alice) };
  }

  const of = (user) => (event) => event.userId === user.id;
  const said = (user, status) => (event) => event.userId === user.id && event.status === status;
  const updatesOf = (client, user) => client.all('presence_update').filter(of(user));
  async function look(client, user) {
    const ack = await client.ask('get_presence', { userIds: [user.id] });
    assert.equal(ack.ok, true, JSON.stringify(ack));
    return ack.presence[0];
  }

  test('who connects is online, and offline with a last-seen time 5 s after the last device went', async () => {
    const { bob, channel, a } = await scene();
    assert.deepEqual(await look(a, bob), { userId: bob.id, status: 'offline' }, 'never seen');
    const [phone, laptop] = [await connect(bob), await connect(bob)];
    assertShape('UserPresenceEvent', await a.see('user_online', of(bob)));
    assertShape('Presence', await a.see('presence_update', said(bob, 'online')));
    assert.deepEqual(await look(a, bob), { userId: bob.id, status: 'online' });

    phone.close();
    await pause(kGraceMs + 1000);
    assert.equal((await look(a, bob)).status, 'online', 'a device is left');
    const before = Date.now();
    laptop.close();
    const gone = await a.see('user_offline', of(bob));
    assert.ok(Date.now() - before >= kGraceMs - 500, 'not at once');
    assert.ok(Math.abs(Date.parse(gone.lastSeenAt) - Date.now()) < 30_000);
    const seen = await look(a, bob);
    assert.deepEqual(seen, { userId: bob.id, status: 'offline', lastSeenAt: gone.lastSeenAt });
    assert.deepEqual(await a.see('presence_update', said(bob, 'offline')), seen);
    assert.deepEqual((await a.ask('get_presence', { chatChannelId: channel })).presence.find(of(bob)), seen);
    assert.equal(a.all('user_online').filter(of(bob)).length, 1, 'once, with two devices');
  });

  test('a reload is not seen', async () => {
    const { bob, a } = await scene();
    for (let i = 0; i < 4; ++i) {
      const b = await connect(bob);
      await a.see('user_online', of(bob));
      await pause(300);
      b.close();
      await pause(300);
    }
    await connect(bob);
    await pause(kGraceMs + 1000);
    assert.equal(a.all('user_online').filter(of(bob)).length, 1);
    assert.deepEqual(a.all('user_offline').filter(of(bob)), []);
    assert.equal(updatesOf(a, bob).length, 1);
  });

  test('away is of a device, dnd and the text of the user; the last of several changes is told', async () => {
    const { bob, a } = await scene();
    const [phone, laptop] = [await connect(bob), await connect(bob)];
    await a.see('presence_update', said(bob, 'online'));
    assert.deepEqual(await phone.ask('user_online', { status: 'away' }), { ok: true });
    assert.equal((await look(a, bob)).status, 'online', 'the laptop is');
    await laptop.ask('user_online', { status: 'away', statusText: ' at lunch ' });
    assert.deepEqual(await look(a, bob), { userId: bob.id, status: 'away', statusText: 'at lunch' });
    await a.see('presence_update', said(bob, 'away'));
    await laptop.see('presence_update', said(bob, 'away'));

    const statuses = ['online', 'dnd', 'online', 'away', 'online', 'dnd'];
    await Promise.all(statuses.map((status) => phone.ask('user_online', { status })));
    await a.see('presence_update', said(bob, 'dnd'));
    assert.ok(updatesOf(a, bob).length <= 4, 'coalesced');
    await laptop.ask('user_online', { status: 'away', statusText: '' });
    assert.deepEqual(await look(a, bob), { userId: bob.id, status: 'dnd' });
    await laptop.ask('user_online', {});
    assert.equal((await look(a, bob)).status, 'online');
  });

  test('only who shares a channel is told, once; others learn nothing by get_presence', async () => {
    const { alice, bob, a } = await scene();
    for (let i = 0; i < 3; ++i) await createChannel(alice, { members: [bob] });
    const stranger = await signUp(hubbub.url);
    await createChannel(stranger);
    const s = await connect(stranger);
    const b = await connect(bob);
    await a.see('presence_update', said(bob, 'online'));
    await b.ask('user_online', { status: 'dnd', statusText: 'busy' });
    await a.see('presence_update', said(bob, 'dnd'));
    assert.equal(updatesOf(a, bob).length, 2);
    const ack = await s.ask('get_presence', { userIds: [bob.id, 999_999_999, stranger.id] });
    assert.deepEqual(ack.presence, [{ userId: stranger.id, status: 'online' }]);
    assert.deepEqual(updatesOf(s, bob), []);
  });

  test('after the last shared channel is left, nothing is told', async () => {
    const { bob, channel, a } = await scene();
    const b = await connect(bob);
    await a.see('presence_update', said(bob, 'online'));
    assert.deepEqual(await b.ask('leave_channel', { chatChannelId: channel }), { ok: true });
    await b.ask('user_online', { status: 'dnd' });
    assert.deepEqual((await a.ask('get_presence', { userIds: [bob.id] })).presence, []);
    assertError((await b.ask('get_presence', { chatChannelId: channel })).error, 'channel.not_a_member');
    assert.equal(updatesOf(a, bob).length, 1);
  });

  test('who appears offline has gone for others: no last-seen time, no typing, no arrival', async () => {
    const { bob, channel, a } = await scene();
    const b = await connect(bob);
    await a.see('user_online', of(bob));
    await b.ask('typing_start', { chatChannelId: channel });
    await a.see('user_typing', of(bob));
    assert.deepEqual(await b.ask('user_offline', {}), { ok: true });
    const { lastSeenAt } = await a.see('user_offline', of(bob));
    await a.see('user_stopped_typing', of(bob));
    assert.deepEqual(await look(a, bob), { userId: bob.id, status: 'offline', lastSeenAt });

    const other = await connect(bob);
    await other.ask('typing_start', { chatChannelId: channel });
    await other.ask('typing_stop', { chatChannelId: channel });
    b.close();
    other.close();
    await pause(kGraceMs + 1000);
    const again = await connect(bob);
    await again.ask('typing_start', { chatChannelId: channel });
    await again.send(channel, 'fence');
    await a.see('new_message', ({ message }) => message.content === 'fence');
    assert.equal(a.all('user_typing').filter(of(bob)).length, 1);
    assert.equal(a.all('user_stopped_typing').filter(of(bob)).length, 1);
    assert.deepEqual(await look(a, bob), { userId: bob.id, status: 'offline', lastSeenAt }, 'it stands still');
    assert.equal(a.all('user_online').filter(of(bob)).length, 1);

    await again.ask('user_online', {});
    await until('the arrival', () => a.all('user_online').filter(of(bob)).length === 2);
  });

  test('a restart: everybody is offline until they connect; wishes and last-seen times are kept', async () => {
    const own = await Hubbub.start();
    const [one, two, three] = [await signUp(own.url), await signUp(own.url), await signUp(own.url)];
    await createChannel(one, { members: [two, three] });
    const open = (user) => ChatClient.connect(own.url, user.session.accessToken, { reconnection: false });
    await open(two);
    const c = await open(three);
    await c.ask('user_online', { status: 'dnd', statusText: 'on leave' });
    await (await open(two)).ask('user_offline', {});
    const stopping = Date.now();
    await own.program.stop();
    await own.restart();
    const a = await open(one);
    const found = await look(a, three);
    assert.equal(found.status, 'offline');
    assert.ok(Date.parse(found.lastSeenAt) >= stopping - 5, 'until the end');
    const [b, again] = [await open(two), await open(three)];
    assert.deepEqual(await a.see('presence_update', of(three)), { userId: three.id, status: 'dnd', statusText: 'on leave' });
    assert.equal((await look(a, two)).status, 'offline');
    for (const client of [a, b, again]) client.close();
    await own.stop();
  });
});
