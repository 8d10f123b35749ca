// Channels and their members in the web client: two people, each in a browser of their own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kPassword = 'correct horse battery';

describe('channels in the browser', () => {
  let hubbub;
  let browser;
  let ada;
  let bob;
  const channel = uniqueName('room');
  const renamed = uniqueName('renamed');
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    const viewport = { width: 1280, height: 800 };
    ada = await Visitor.open(browser, hubbub.url, uniqueName('ada'), { viewport });
    bob = await Visitor.open(browser, hubbub.url, uniqueName('bob'), { viewport });
    await Promise.all([ada.signUp(kPassword), bob.signUp(kPassword)]);
    await ada.createChannel(channel);
    await bob.joinChannel(channel);
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  async function details(visitor) {
    await visitor.page.getByRole('button', { name: 'Channel menu' }).click();
    await visitor.page.getByRole('menuitem', { name: 'Channel details' }).click();
    const panel = visitor.page.getByTestId('channel-details');
    await panel.getByText('Created on').waitFor();
    return panel;
  }

  test('renamed by its owner, seen by all; a member is offered nothing', async () => {
    const panel = await details(ada);
    await panel.getByLabel('Name').fill(renamed);
    await panel.getByLabel('Topic').fill('What we renamed');
    await panel.getByRole('button', { name: 'Save' }).click();
    for (const { page } of [ada, bob]) await page.getByTestId('channel-name').filter({ hasText: renamed }).waitFor();
    await bob.page.getByText('What we renamed').waitFor();
    await assertAccessible(ada.page);
    const other = await details(bob);
    assert.equal(await other.getByRole('button', { name: 'Save' }).count(), 0);
    assert.equal(await other.getByRole('button', { name: 'Archive channel' }).count(), 0);
  });

  test('a role is given, and what it allows is offered at once', async () => {
    await ada.page.getByTestId('members-button').click();
    await ada.page.getByRole('button', { name: `Actions for ${bob.username}` }).click();
    await ada.page.getByRole('menuitem', { name: 'Make admin' }).click();
    await ada.page.getByTestId('member').filter({ hasText: bob.username }).getByText('Admin').waitFor();
    await bob.page.getByTestId('channel-details').getByRole('button', { name: 'Save' }).waitFor();
  });

  test('what is typed into the settings stays while others change them; what is not touched follows', async () => {
    const panel = await details(ada);
    await panel.getByLabel('Topic').fill('half a tho');
    const again = `${renamed}-again`;
    const other = bob.page.getByTestId('channel-details');
    await other.getByLabel('Name').fill(again);
    await other.getByRole('button', { name: 'Save' }).click();
    await ada.page.getByTestId('channel-name').filter({ hasText: again }).waitFor();
    await until('the other name', async () => (await panel.getByLabel('Name').inputValue()) === again);
    assert.equal(await panel.getByLabel('Topic').inputValue(), 'half a tho');
    await panel.getByLabel('Topic').fill('What we renamed');
  });

  test('archived: to be read only, until it is brought back', async () => {
    const panel = await details(ada);
    await panel.getByRole('button', { name: 'Archive channel' }).click();
    for (const { page } of [ada, bob]) await page.getByTestId('archived').waitFor();
    await panel.getByRole('button', { name: 'Bring it back' }).click();
    for (const { page } of [ada, bob]) await page.getByTestId('composer').waitFor();
  });

  test('a conversation of two begins at a name in the list', async () => {
    await ada.page.getByTestId('members-button').click();
    await ada.page.getByRole('button', { name: `Actions for ${bob.username}` }).click();
    await ada.page.getByRole('menuitem', { name: 'Send a direct message' }).click();
    await ada.page.getByTestId('channel-name').filter({ hasText: bob.username }).waitFor();
    await ada.say('just you and me');
    const link = bob.page.getByTestId('channel-link').filter({ hasText: ada.username });
    await link.and(bob.page.locator('[data-unread="1"]')).click();
    await bob.message('just you and me').waitFor();
    await assertAccessible(bob.page);
    assert.deepEqual([...ada.faults, ...bob.faults], []);
  });

  test('who is removed is told, and no longer in', async () => {
    await ada.page.getByTestId('channel-link').filter({ hasText: renamed }).click();
    await ada.page.getByTestId('members-button').click();
    await ada.page.getByRole('button', { name: `Actions for ${bob.username}` }).click();
    await ada.page.getByRole('menuitem', { name: 'Remove from channel' }).click();
    await bob.page.getByTestId('channel-link').filter({ hasText: renamed }).waitFor({ state: 'detached' });
    await ada.page.getByTestId('member').filter({ hasText: bob.username }).waitFor({ state: 'detached' });
  });
});
