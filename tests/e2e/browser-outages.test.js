// What goes wrong, as the web client tells it: a database that restarts, a message that is refused, a page opened without a network.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createChannel, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kViewport = { width: 1280, height: 800 };
/** Longer than the server takes to give a silent database up. */
const kBoundMs = 40_000;
/** More events of a channel than are brought after a reconnect. */
const kMissed = 1_100;

describe('outages in the browser', () => {
  let hubbub;
  let browser;
  let ada;
  let bob;
  let users;
  const channel = { name: uniqueName('room') };
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_LIMITS_EVENTS_PER_SECOND: '0' } });
    browser = await launchBrowser();
    users = [await signUp(hubbub.url, uniqueName('ada')), await signUp(hubbub.url, uniqueName('bob'))];
    channel.id = await createChannel(users[0], { name: channel.name, members: [users[1]] });
    [ada, bob] = await Promise.all(
      users.map(async ({ username, password }) => {
        const visitor = await Visitor.open(browser, hubbub.url, username, { viewport: kViewport });
        await visitor.signIn(password);
        await visitor.page.getByTestId('composer').waitFor();
        return visitor;
      }),
    );
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  const lines = async (visitor) => (await visitor.timeline()).map(({ author, content }) => `${author}: ${content}`);
  async function said(visitor, text) {
    await visitor.say(text);
    await Promise.all([ada, bob].map((one) => one.message(text).waitFor()));
  }

  test('PostgreSQL is restarted in mid-conversation: nothing is lost or doubled, the order is the same on both pages', async () => {
    await said(ada, 'before the restart');
    const postmaster = () => Number(readFileSync(path.join(hubbub.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    const old = postmaster();
    for (const visitor of [ada, bob]) for (let i = 1; i <= 3; ++i) await visitor.say(`${visitor.username} at the restart ${i}`);
    process.kill(old, 'SIGQUIT');
    for (const visitor of [ada, bob]) for (let i = 1; i <= 3; ++i) await visitor.say(`${visitor.username} after the restart ${i}`);
    await until('the database to be back', async () => (await request(`${hubbub.url}/readyz`)).status === 200, { timeoutMs: kBoundMs });
    await until(
      'all of it on both pages',
      async () => {
        const rows = await Promise.all([ada, bob].map((visitor) => visitor.timeline()));
        return rows.every((all) => all.length >= 13 && all.every(({ state }) => state !== 'sending'));
      },
      { timeoutMs: kBoundMs, everyMs: 100 },
    );
    const [first, second] = await Promise.all([ada, bob].map(lines));
    assert.deepEqual(second, first);
    assert.equal(new Set(first).size, 13, `${first}`);
    assert.equal(first.length, 13);
  });

  test('a message that is refused says so; discarded it goes, retried it is sent once', async () => {
    const { page } = ada;
    const archive = (archived) => users[0].api.patch(`/channels/${channel.id}`, { archived });
    const failed = (text) => ada.message(text).and(page.locator('[data-state=failed]'));
    await page.context().setOffline(true);
    await ada.banner().waitFor();
    await ada.say('to be sent later');
    await ada.say('to be thrown away');
    await archive(true);
    await page.context().setOffline(false);
    for (const text of ['to be sent later', 'to be thrown away']) await failed(text).waitFor({ timeout: kBoundMs });
    assert.match(await failed('to be sent later').getByRole('alert').textContent(), /^Not sent. This channel is archived/);

    await failed('to be thrown away').getByRole('button', { name: 'Discard' }).click();
    await ada.message('to be thrown away').waitFor({ state: 'detached' });
    await page.reload();
    await failed('to be sent later').waitFor();
    assert.equal(await ada.message('to be thrown away').count(), 0);
    await archive(false);
    await page.getByTestId('composer').waitFor();
    await failed('to be sent later').getByRole('button', { name: 'Retry' }).click();
    await bob.message('to be sent later').waitFor();
    await ada.message('to be sent later').and(page.locator('[data-state=read]')).waitFor();
    assert.equal((await lines(bob)).filter((line) => /to be/.test(line)).length, 1);
  });

  test('a page opened without a network shows the channels and the last messages; what was missed comes with the network', async () => {
    const { page } = ada;
    await said(bob, 'the last word before the tunnel');
    await page.evaluate(() => navigator.serviceWorker.ready);
    await until('the worker to be in charge', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
    await until('the page to be kept', async () => /the last word before the tunnel/.test(await page.evaluate(kept)));
    await page.context().setOffline(true);
    await page.reload();
    await ada.banner().waitFor();
    await page.getByTestId('channel-link').filter({ hasText: channel.name }).waitFor();
    await ada.message('the last word before the tunnel').waitFor();
    assert.equal(await ada.message('the last word before the tunnel').getByTestId('message-author').first().textContent(), bob.username);
    await ada.screenshot('offline');
    await bob.say('said while ada was away');
    await bob.message('said while ada was away').and(bob.page.locator('[data-state=sent]')).waitFor();
    await page.context().setOffline(false);
    await ada.banner().waitFor({ state: 'detached', timeout: kBoundMs });
    await ada.message('said while ada was away').waitFor();
    assert.equal(await ada.message('the last word before the tunnel').count(), 1);
  });

  test('who missed too much to catch up is told so, and goes on reading where they were', async () => {
    const { page } = ada;
    await page.context().setOffline(true);
    await ada.banner().waitFor();
    const client = await ChatClient.connect(hubbub.url, users[1].session.accessToken);
    for (let sent = 0; sent < kMissed; sent += 100) await Promise.all(Array.from({ length: 100 }, (_, i) => client.send(channel.id, `missed ${sent + i}`)));
    client.close();
    await page.context().setOffline(false);
    await page.getByTestId('history-reset').waitFor({ timeout: kBoundMs });
    await ada.message('missed 0').waitFor();
    await page.getByTestId('history-reset').getByRole('button', { name: 'Dismiss' }).click();
    await page.getByTestId('history-reset').waitFor({ state: 'detached' });
  });

  test('signed out in one tab, nothing is left in the browser, whatever another tab had open', async () => {
    const { page } = ada;
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByTestId('composer').fill('a draft in the other tab');
    await page.getByTestId('composer').fill('a draft');
    for (const tab of [other, page]) {
      await tab.bringToFront();
      await tab.getByTestId('jump-to-latest').click();
    }
    const client = await ChatClient.connect(hubbub.url, users[1].session.accessToken);
    await client.send(channel.id, 'said while two tabs are open');
    client.close();
    await Promise.all([page, other].map((tab) => tab.getByText('said while two tabs are open').waitFor()));
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await Promise.all([page, other].map((tab) => tab.getByRole('button', { name: 'Sign in', exact: true }).waitFor()));
    // Longer than a page waits before it keeps what it shows.
    await other.waitForTimeout(1_500);
    assert.deepEqual(await page.evaluate(kept), []);
    assert.deepEqual([...ada.faults, ...bob.faults], []);
  });

  test('a session that was ended elsewhere leaves nothing in the browser either', async () => {
    const { page } = ada;
    await ada.signIn(users[0].password);
    await page.getByTestId('composer').fill('a draft');
    await until('the channels to be kept', async () => /channels/.test(await page.evaluate(kept)));
    const { body } = await users[0].api.get('/auth/sessions');
    for (const session of body.sessions.filter(({ current }) => !current)) await users[0].api.delete(`/auth/sessions/${session.id}`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: kBoundMs });
    await until('all to be forgotten', async () => (await page.evaluate(kept)).length === 0);
  });
});

/** In the page: what the browser keeps of a user, in IndexedDB and localStorage, as text. */
async function kept() {
  const asked = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  const db = await asked(indexedDB.open('hubbub'));
  const names = [...db.objectStoreNames];
  const rows = await Promise.all(names.map((name) => asked(db.transaction(name).objectStore(name).getAll())));
  db.close();
  const items = Object.entries(localStorage).filter(([key]) => /^hubbub\.(session$|[a-z]+\.\d)/.test(key));
  return [...rows.flat(), ...items].map((one) => JSON.stringify(one));
}
