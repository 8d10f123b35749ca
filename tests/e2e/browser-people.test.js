// Who is there, who is spoken to, and what was said: two people, each in a browser of their own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';

const kPassword = 'correct horse battery';

describe('people and search in the browser', () => {
  let hubbub;
  let browser;
  let ada;
  let bob;
  const [first, second] = [uniqueName('first'), uniqueName('second')];
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    const viewport = { width: 1280, height: 800 };
    ada = await Visitor.open(browser, hubbub.url, uniqueName('ada'), { viewport });
    bob = await Visitor.open(browser, hubbub.url, uniqueName('bob'), { viewport, colorScheme: 'dark' });
    await Promise.all([ada.signUp(kPassword), bob.signUp(kPassword)]);
    for (const name of [first, second]) {
      await ada.createChannel(name);
      await bob.joinChannel(name);
    }
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  test('who is there: told at once, also when somebody is not to be disturbed, and when somebody goes', async () => {
    await ada.page.getByTestId('members-button').click();
    const dot = (status) =>
      ada.page.getByTestId('member').filter({ hasText: bob.username }).locator(`[data-testid=presence][data-status=${status}]`);
    await dot('online').waitFor();
    await bob.page.getByRole('button', { name: 'Account menu' }).click();
    await bob.page.getByRole('menuitemradio', { name: 'Do not disturb' }).click();
    await dot('dnd').waitFor();
    await assertAccessible(ada.page);
    await bob.page.getByRole('menuitemradio', { name: 'Appear offline' }).click();
    await dot('offline').waitFor();
    await bob.page.getByRole('menuitemradio', { name: 'Online' }).click();
    await dot('online').waitFor();
    await bob.page.keyboard.press('Escape');
  });

  test('whoever is spoken to sees it on the channel until it is read', async () => {
    await ada.say(`hello @${bob.username}`);
    await ada.page.getByTestId('channel-link').filter({ hasText: first }).click();
    await ada.page.getByTestId('channel-name').filter({ hasText: first }).waitFor();
    await ada.say(`a needle in the hay, @${bob.username}`);
    const link = bob.page.getByTestId('channel-link').filter({ hasText: first });
    await link.locator('[data-mentions="1"]').waitFor();
    await bob.page.reload();
    await link.locator('[data-mentions="1"]').waitFor();
    await link.click();
    await link.locator('[data-mentions]').waitFor({ state: 'detached' });
  });

  test('a search finds it in another channel, and leads there', async () => {
    await bob.page.getByTestId('channel-link').filter({ hasText: second }).click();
    await bob.page.getByTestId('channel-name').filter({ hasText: second }).waitFor();
    await bob.page.getByTestId('search-button').click();
    const search = '**/api/v1/search?**';
    await bob.page.route(search, (route) => route.abort());
    await bob.page.getByLabel('Search for').fill('needle');
    const failed = bob.page.getByRole('alert').filter({ hasText: 'The search did not work.' });
    await failed.waitFor();
    await bob.page.unroute(search);
    await failed.getByRole('button', { name: 'Try again' }).click();
    const hit = bob.page.getByTestId('search-hit').filter({ hasText: 'in the hay' });
    await hit.waitFor();
    await assertAccessible(bob.page);
    await bob.leave();
    await ada.page.getByTestId('channel-link').filter({ hasText: second }).click();
    await ada.page.getByTestId('channel-name').filter({ hasText: second }).waitFor();
    await ada.say('while bob searches');
    const unread = bob.page.getByTestId('channel-link').filter({ hasText: second }).and(bob.page.locator('[data-unread="1"]'));
    await unread.waitFor();
    await bob.page.getByLabel('Search for').press('Escape');
    await bob.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    assert.equal(await unread.count(), 1, 'Esc in the field is about the field');
    await bob.page.getByTestId('timeline').press('Escape');
    await unread.waitFor({ state: 'detached' });
    await bob.comeBack();
    await bob.page.getByLabel('Search for').fill('needle');
    await bob.page.getByLabel(`Only in #${second}`).click();
    await bob.page.getByText('Nothing was said about “needle”.').waitFor();
    await bob.page.getByLabel(`Only in #${second}`).click();
    await hit.click();
    await bob.page.getByTestId('channel-name').filter({ hasText: first }).waitFor();
    await bob.message('in the hay').waitFor();
    assert.deepEqual([...ada.faults, ...bob.faults], []);
  });
});
