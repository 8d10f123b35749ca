// One's own account in the web client: another name, sessions elsewhere, a muted channel.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';

const kPassword = 'correct horse battery';

describe('the account in the browser', () => {
  let hubbub;
  let browser;
  let ada;
  const channel = uniqueName('room');
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    ada = await Visitor.open(browser, hubbub.url, uniqueName('ada'), { viewport: { width: 1280, height: 800 } });
    await ada.signUp(kPassword);
    await ada.createChannel(channel);
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  async function openAccount() {
    await ada.page.getByRole('button', { name: 'Account menu' }).click();
    await ada.page.getByRole('menuitem', { name: 'Account and sessions' }).click();
    return ada.page.getByTestId('account');
  }

  test('another name; the wrong password is said where it stands', async () => {
    const account = await openAccount();
    await account.getByLabel('Display name').fill('Ada L.');
    await account.getByRole('button', { name: 'Save' }).first().click();
    await ada.page.getByTestId('sidebar').getByText('Ada L.').waitFor();
    await account.getByLabel('Current password').fill('not the password');
    await account.getByLabel('New password').fill('another horse battery');
    await account.getByRole('button', { name: 'Change password' }).click();
    await account.getByRole('alert').waitFor();
    await assertAccessible(ada.page);
    await ada.page.keyboard.press('Escape');
  });

  test('a session elsewhere is seen, and ended from here', async () => {
    const elsewhere = await Visitor.open(browser, hubbub.url, ada.username);
    await elsewhere.signIn(kPassword);
    const account = await openAccount();
    await account.getByTestId('session').nth(1).waitFor();
    await account.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await elsewhere.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await account.getByTestId('session').nth(1).waitFor({ state: 'detached' });
    await ada.screenshot('account');
    await ada.page.keyboard.press('Escape');
  });

  test('a channel is muted, and heard again', async () => {
    const toggle = async (name) => {
      await ada.page.getByRole('button', { name: 'Channel menu' }).click();
      await ada.page.getByRole('menuitem', { name, exact: true }).click();
    };
    await toggle('Mute channel');
    await toggle('Unmute channel');
    await ada.page.getByRole('button', { name: 'Channel menu' }).click();
    await ada.page.getByRole('menuitem', { name: 'Mute channel', exact: true }).waitFor();
    assert.deepEqual(ada.faults, []);
  });
});
