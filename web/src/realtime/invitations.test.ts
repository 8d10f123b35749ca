import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Invitation } from '../generated/types';
import { noChannels, withChannel } from './channel-list';
import { Invitations, openInvitations } from './invitations';
import { aChannel, anInvitation } from './testing';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const into = (channelId: number) => ({
  channel: { id: channelId, name: 'secret', type: 'private' as const },
});

/** A server that gives each list when it is told to. */
function scene() {
  const asked: { give: (list: Invitation[]) => Promise<void>; fail: () => Promise<void> }[] = [];
  const settled = () => vi.advanceTimersByTimeAsync(0).then(() => undefined);
  const invitations = new Invitations(
    () =>
      new Promise((resolve, reject) =>
        asked.push({
          give: (list) => (resolve(list), settled()),
          fail: () => (reject(new Error('no network')), settled()),
        }),
      ),
  );
  const ids = () => invitations.store.getState().map(({ id }) => id);
  const request = (at: number) => {
    const one = asked[at];
    if (!one) throw new Error(`list ${at} was not asked for`);
    return one;
  };
  const add = (invitation: Invitation) =>
    invitations.handle({ event: 'invitation_added', data: { invitation } });
  const withdraw = (inviteId: number) =>
    invitations.handle({ event: 'invitation_removed', data: { inviteId, chatChannelId: 1 } });
  return { invitations, asked, ids, request, add, withdraw };
}

it('has what the server tells after each connect, and nothing else', async () => {
  const { invitations, ids, request } = scene();
  void invitations.connected();
  await request(0).give([anInvitation(5), anInvitation(3)]);
  expect(ids()).toEqual([5, 3]);
  invitations.pause();
  void invitations.connected();
  expect(ids()).toEqual([5, 3]);
  await request(1).give([anInvitation(6), anInvitation(5)]);
  expect(ids()).toEqual([6, 5]);
});

it('follows the events, in whatever order they come, the newest first', async () => {
  const { invitations, ids, request, add, withdraw } = scene();
  void invitations.connected();
  await request(0).give([anInvitation(3)]);
  for (const id of [6, 4, 6]) add(anInvitation(id, into(id)));
  expect(ids()).toEqual([6, 4, 3]);
  withdraw(4);
  withdraw(99);
  invitations.entered(6);
  expect(ids()).toEqual([3]);
});

it('keeps an invitation that came before the answer, whether the answer knows it or not', async () => {
  for (const told of [[], [anInvitation(7)], [anInvitation(8), anInvitation(7)]]) {
    const { invitations, ids, request, add } = scene();
    void invitations.connected();
    add(anInvitation(7));
    expect(ids()).toEqual([7]);
    await request(0).give(told);
    expect(ids()).toEqual(told.length === 2 ? [8, 7] : [7]);
  }
});

it('believes a withdrawal or an entry more than an answer that is on its way', async () => {
  const { invitations, ids, request, add, withdraw } = scene();
  void invitations.connected();
  withdraw(3);
  invitations.entered(2);
  add(anInvitation(9, into(2)));
  await request(0).give([anInvitation(5, into(2)), anInvitation(4, into(1)), anInvitation(3, into(1))]);
  // Removed from channel 2 and invited again, they have the second invitation.
  expect(ids()).toEqual([9, 4]);
});

it('asks again when there is no answer, and stops when the connection ends', async () => {
  const { invitations, asked, ids, request, withdraw } = scene();
  void invitations.connected();
  await request(0).fail();
  await vi.advanceTimersByTimeAsync(60_000);
  withdraw(3);
  await request(1).give([anInvitation(4), anInvitation(3)]);
  expect(ids()).toEqual([4]);

  void invitations.connected();
  invitations.pause();
  await request(2).give([anInvitation(5)]);
  void invitations.connected();
  await request(3).fail();
  invitations.pause();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([ids(), asked.length]).toEqual([[4], 4]);
});

it('takes the answer to the last connect, not one to an earlier', async () => {
  const { invitations, ids, request } = scene();
  void invitations.connected();
  void invitations.connected();
  await request(1).give([anInvitation(2)]);
  await request(0).give([anInvitation(1)]);
  expect(ids()).toEqual([2]);
});

it('calls back for those that come live', async () => {
  const { invitations, request, add } = scene();
  const heard: number[] = [];
  const stop = invitations.onAdded(({ id }) => heard.push(id));
  void invitations.connected();
  await request(0).give([anInvitation(1)]);
  add(anInvitation(2));
  stop();
  add(anInvitation(3));
  expect(heard).toEqual([2]);
});

it('offers what has not expired, to channels that one is not in', () => {
  const all = [anInvitation(1, into(7)), anInvitation(2, into(8))];
  const expiry = Date.parse(all[0]?.expiresAt ?? '');
  const open = (channels = noChannels, now = expiry - 1) =>
    openInvitations(all, channels, now).map(({ id }) => id);
  expect(open()).toEqual([1, 2]);
  expect(open(withChannel(noChannels, aChannel({ chatChannelId: 7 })))).toEqual([2]);
  expect(open(noChannels, expiry)).toEqual([]);
});
