// What draws attention to a message, and in which of two tabs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createChannel, signUp, uniqueName } from '../support/api.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

/** Longer than a tab waits for another that shows the message. */
const kPatienceMs = 600;

describe('alerts in the browser', () => {
  let hubbub;
  let browser;
  let client;
  let grace;
  let user;
  let ada;
  let tabs;
  const [apples, bananas] = [{ name: uniqueName('apples') }, { name: uniqueName('bananas') }];
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    [grace, user] = [await signUp(hubbub.url), await signUp(hubbub.url, uniqueName('ada'))];
    for (const channel of [apples, bananas]) channel.id = await createChannel(grace, { name: channel.name, members: [user] });
    client = await ChatClient.connect(hubbub.url, grace.session.accessToken);
    const options = { viewport: { width: 1280, height: 800 }, permissions: ['notifications'] };
    ada = await Visitor.open(browser, hubbub.url, user.username, options);
    await ada.page.context().addInitScript(recordNotifications);
    await ada.page.reload();
    await ada.signIn(user.password);
    await ada.page.goto(`${hubbub.url}/#/c/${apples.id}`);
    await choose('menuitemcheckbox', 'Notifications');
    tabs = [ada, new Visitor(await ada.page.context().newPage(), user.username)];
    await tabs[1].page.goto(ada.page.url());
    for (const tab of tabs) await tab.page.getByTestId('composer').waitFor();
    await ada.page.bringToFront(); // a page behind another one is drawn seldom, and a click waits for that
  });
  after(async () => {
    client?.close();
    await browser?.close();
    await hubbub?.stop();
  });

  async function choose(role, name) {
    await ada.page.getByRole('button', { name: 'Account menu' }).click();
    await ada.page.getByRole(role, { name, exact: true }).click();
    await ada.page.keyboard.press('Escape');
  }
  const shown = async () => (await Promise.all(tabs.map(({ page }) => page.evaluate(() => window.shown)))).flat();
  /** Waits for as many alerts, and for more that must not come. Forgets them. */
  async function alerts(count) {
    await until(`${count} alerts`, async () => (await shown()).length >= count);
    await ada.page.waitForTimeout(kPatienceMs);
    const all = await shown();
    for (const { page } of tabs) await page.evaluate(() => (window.shown = []));
    return all;
  }
  async function invite() {
    const id = await createChannel(grace, { type: 'private' });
    const { status } = await grace.api.post(`/channels/${id}/members`, { userId: user.id });
    assert.equal(status, 202);
  }
  const link = ({ name }, unread) => ada.page.getByTestId('channel-link').filter({ hasText: name }).and(ada.page.locator(`[data-unread="${unread}"]`));

  test('for what nobody looks at, once for two tabs; nothing for what is in view; after Esc nothing is left unread', async () => {
    for (const tab of tabs) await tab.leave();
    await client.send(apples.id, 'are you there?');
    const all = await alerts(1);
    assert.equal(all.length, 1, `${all}`);
    assert.match(all[0], /in #apples.*: are you there\?$/);
    await until('the icon to have a badge', () => ada.page.evaluate(() => document.querySelector('link[rel=icon]').href.includes('unread')));

    await ada.comeBack();
    await ada.message('are you there?').waitFor();
    await client.send(apples.id, 'now you see me');
    await ada.message('now you see me').waitFor();
    assert.deepEqual(await alerts(0), []);

    await client.send(bananas.id, 'elsewhere');
    assert.equal((await alerts(1)).length, 1);
    await link(bananas, 1).click();
    await ada.page.getByTestId('channel-name').filter({ hasText: bananas.name }).waitFor();
    await ada.page.keyboard.press('Escape');
    await link(bananas, 0).waitFor();
    await link(apples, 0).click();
  });

  test('a busy channel that one tab shows swallows no alert of another channel, and one of the tabs gives it', async () => {
    const busy = (from) => Promise.all(Array.from({ length: 5 }, (_, i) => client.send(apples.id, `busy ${from + i}`)));
    await busy(0);
    await client.send(bananas.id, 'for you alone');
    await busy(5);
    await ada.message('busy 9').waitFor();
    const all = await alerts(1);
    assert.equal(all.length, 1, `${all}`);
    assert.match(all[0], /for you alone$/);
  });

  test('for an invitation as for a message: once, and in words where somebody looks', async () => {
    await invite();
    await ada.page.getByTestId('toasts').getByText(`@${grace.username}) invites you to `).waitFor();
    const all = await alerts(1);
    assert.equal(all.length, 1, `${all}`);
    assert.match(all[0], / invites you to /);
  });

  test('none for whoever is not to be disturbed, after a reload neither', async () => {
    await choose('menuitemradio', 'Do not disturb');
    for (const { page } of tabs) await page.reload();
    for (const { page } of tabs) await page.getByTestId('composer').waitFor();
    await link(apples, 0).waitFor();
    for (const tab of tabs) await tab.leave();
    await client.send(apples.id, 'hush');
    await invite();
    await link(apples, 1).waitFor();
    await ada.page.getByTestId('invitation').nth(1).waitFor();
    assert.deepEqual(await alerts(0), []);
    await choose('menuitemradio', 'Online');
    await client.send(apples.id, 'hello again');
    assert.equal((await alerts(1)).length, 1);
  });

  test('by the service worker where a page may not show notifications itself', async () => {
    await tabs.pop().page.close();
    await ada.page.evaluate(() => navigator.serviceWorker.ready);
    await ada.page.evaluate(() => {
      window.Notification = class {
        static permission = 'granted';
        constructor() {
          throw new TypeError("Failed to construct 'Notification': Illegal constructor.");
        }
      };
    });
    await client.send(apples.id, 'on Android');
    const notified = () =>
      ada.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ body, tag, data }) => ({ body, tag, data })));
    await until('the notification', async () => (await notified()).length > 0);
    assert.deepEqual(await notified(), [{ body: 'on Android', tag: `hubbub-${apples.id}`, data: { channelId: apples.id } }]);
    assert.deepEqual(ada.faults, []);
  });
});

/** In each page: what it would show. */
function recordNotifications() {
  window.shown = [];
  window.Notification = class {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    constructor(title, { body }) {
      window.shown.push(`${title}: ${body}`);
    }
    close() {}
  };
}
