// The web client without a mouse, without a network, from right to left.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createChannel, signUp, uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kPassword = 'correct horse battery';

describe('the web client by keyboard, offline and on phones', () => {
  let hubbub;
  let browser;
  let grace;
  let client;
  let channels;
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    grace = await signUp(hubbub.url);
    client = await ChatClient.connect(hubbub.url, grace.session.accessToken);
    channels = [];
    for (const prefix of ['apples', 'bananas']) {
      const name = uniqueName(prefix);
      channels.push({ name, id: await createChannel(grace, { name }) });
    }
  });
  after(async () => {
    client?.close();
    await browser?.close();
    await hubbub?.stop();
  });

  const open = (options) => Visitor.open(browser, hubbub.url, uniqueName('ada'), { viewport: { width: 1280, height: 800 }, ...options });

  async function member(options) {
    const visitor = await open(options);
    await visitor.signUp(kPassword);
    for (const { name } of channels) await visitor.joinChannel(name);
    return visitor;
  }

  test('keyboard only: sign up, switch, read, react, reply, send', async () => {
    const ada = await open();
    const { page } = ada;
    const { keyboard } = page;
    const tabTo = async (locator) => {
      for (let i = 0; i < 60; ++i) {
        if (await locator.evaluate((element) => element === document.activeElement)) return;
        await keyboard.press('Tab');
      }
      assert.fail(`${locator} cannot be reached by Tab`);
    };
    await tabTo(page.getByRole('button', { name: 'Create an account' }));
    await keyboard.press('Enter');
    await tabTo(page.getByLabel('Username'));
    await keyboard.type(ada.username);
    await tabTo(page.getByLabel('Password', { exact: true }));
    await keyboard.type(kPassword);
    await keyboard.press('Enter');
    await page.getByTestId('sidebar').waitFor();
    for (const { name } of channels) {
      await keyboard.press('Control+k');
      await page.getByTestId('switcher').waitFor();
      await keyboard.type('browse');
      await keyboard.press('Enter');
      const join = page.getByRole('dialog').getByRole('button', { name: `Join ${name}` });
      await join.waitFor();
      await tabTo(join);
      await keyboard.press('Enter');
      await page.getByTestId('channel-name').filter({ hasText: name }).waitFor();
    }

    await keyboard.press('Control+k');
    await keyboard.type('apples');
    await keyboard.press('Enter');
    await page.getByTestId('channel-name').filter({ hasText: channels[0].name }).waitFor();
    await tabTo(page.getByTestId('composer'));
    await keyboard.type('typed by hand');
    await keyboard.press('Enter');
    await client.see('new_message', ({ message }) => message.content === 'typed by hand');

    await client.send(channels[1].id, 'news');
    await page.locator(`[data-testid=channel-link][data-unread="1"]`).waitFor();
    await keyboard.press('Alt+Shift+ArrowDown');
    await page.getByTestId('channel-name').filter({ hasText: channels[1].name }).waitFor();
    await ada.message('news').waitFor();
    await keyboard.press('Alt+ArrowUp');
    await page.getByTestId('channel-name').filter({ hasText: channels[0].name }).waitFor();
    await ada.message('typed by hand').waitFor();

    await page.getByTestId('timeline').focus();
    await keyboard.press('ArrowUp');
    await until('the last message to have the focus', () =>
      ada.message('typed by hand').evaluate((element) => element === document.activeElement),
    );
    await keyboard.press('+');
    await page.getByPlaceholder('Search emoji').waitFor();
    await keyboard.type('unicorn');
    await page.getByTestId('emoji-picker').getByRole('gridcell').filter({ hasText: '🦄' }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await client.see('reaction_added', ({ reaction }) => reaction === '🦄');
    await ada.message('typed by hand').focus();
    await keyboard.press('r');
    await page.getByTestId('thread-composer').waitFor();
    await tabTo(page.getByTestId('thread-composer'));
    await keyboard.type('an answer');
    await keyboard.press('Enter');
    await client.see('new_message', ({ message }) => message.content === 'an answer');
    await page.getByTestId('timeline').focus();
    await keyboard.press('?');
    await page.getByTestId('help').waitFor();
    await assertAccessible(page);
    await keyboard.press('Escape');
    assert.deepEqual(ada.faults, []);
    await page.context().close();
  });

  test('closed by Escape, a dialog or panel gives the focus back to what opened it', async () => {
    const ada = await member();
    const { page } = ada;
    const { keyboard } = page;
    const hasFocus = (locator) => until(`the focus on ${locator}`, () => locator.evaluate((element) => element === document.activeElement));
    const menu = page.getByRole('button', { name: 'Channel menu' });
    await menu.focus();
    await keyboard.press('Enter');
    await page.getByRole('menuitem').first().waitFor();
    await keyboard.press('Escape');
    await hasFocus(menu);
    await keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Go to a date' }).press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await hasFocus(menu);
    const browse = page.getByTestId('browse-channels');
    await browse.focus();
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await hasFocus(browse);
    await page.getByTestId('composer').focus();
    await keyboard.press('Control+k');
    await page.getByTestId('switcher').waitFor();
    await keyboard.press('Escape');
    await hasFocus(page.getByTestId('composer'));
    await ada.say('to be deleted, or not');
    await ada.message('to be deleted, or not').and(page.locator('[data-state=sent], [data-state=delivered]')).waitFor();
    await ada.message('to be deleted, or not').focus();
    await keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await hasFocus(ada.message('to be deleted, or not'));
    assert.deepEqual(ada.faults, []);
    await page.context().close();
  });

  test('offline: the page opens, says so, takes a message, and sends it once when the network is back', async () => {
    const ada = await member();
    const { page } = ada;
    await page.evaluate(() => navigator.serviceWorker.ready);
    await until('the worker to be in charge', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
    await page.context().setOffline(true);
    await page.reload();
    await page.getByTestId('connection-banner').waitFor();
    await ada.say('written in a tunnel');
    await page.reload();
    await page.getByTestId('composer').waitFor();
    await page.context().setOffline(false);
    await page.getByTestId('connection-banner').waitFor({ state: 'detached', timeout: 40_000 });
    await ada.message('written in a tunnel').and(page.locator('[data-state=sent], [data-state=delivered]')).waitFor();
    await page.waitForTimeout(500);
    const told = client.all('new_message').filter(({ message }) => message.content === 'written in a tunnel');
    assert.equal(told.length, 1);
    await page.context().close();
  });

  test('right to left, nothing overflows', async () => {
    const ada = await member();
    const { page } = ada;
    await page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await ada.say('שלום');
    await ada.message('שלום').hover();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0);
    const [sidebar, composer] = await Promise.all(
      ['sidebar', 'composer'].map((id) => page.getByTestId(id).evaluate((element) => element.getBoundingClientRect().left)),
    );
    assert.ok(sidebar > composer, 'the sidebar is on the right');
    await ada.screenshot('rtl');
    await page.context().close();
  });
});
