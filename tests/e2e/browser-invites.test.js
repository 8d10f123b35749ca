// Who comes into a private channel, and by what: a link that is made, given away, used and withdrawn; a name that is looked for; an
// invitation that a stranger accepts or not.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createChannel, signUp, uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';

const kPassword = 'correct horse battery';
const kViewport = { width: 1280, height: 800 };

describe('invitations in the browser', () => {
  let hubbub;
  let browser;
  let owner;
  let ada;
  let link;
  const visitors = [];
  const secret = uniqueName('secret');
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    owner = await signUp(hubbub.url, uniqueName('ada'));
    await createChannel(owner, { name: secret, type: 'private' });
    ada = await open(hubbub.url, owner.username, { permissions: ['clipboard-read', 'clipboard-write'] });
    await ada.signIn(owner.password);
    await ada.page.getByTestId('members-button').click();
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  async function open(url, username, options = {}) {
    const visitor = await Visitor.open(browser, url, username, { viewport: kViewport, ...options });
    visitors.push(visitor);
    return visitor;
  }
  const isIn = (visitor) => visitor.page.getByTestId('channel-name').filter({ hasText: secret }).waitFor();
  const invite = () => ada.page.getByTestId('invite');

  test('a link is made, and copied', async () => {
    const { page } = ada;
    await page.getByRole('button', { name: 'Invite by link' }).click();
    const invites = page.getByTestId('invites');
    await invites.getByText('There are no links yet.').waitFor();
    await invites.getByLabel('Good for').selectOption('1 day');
    await invites.getByLabel('How often').selectOption('10 times');
    await invites.getByRole('button', { name: 'Create a link' }).click();
    await invite().getByText('Used 0 of 10 times').waitFor();
    await invite().getByRole('button', { name: 'Copy link' }).click();
    await page.getByTestId('toasts').getByText('The link was copied.').waitFor();
    link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, new RegExp(`^${hubbub.url}/#/i/[0-9a-f]+$`));
  });

  test('who is signed in comes in by it', async () => {
    const user = await signUp(hubbub.url, uniqueName('bob'));
    const bob = await open(hubbub.url, user.username);
    await bob.signIn(user.password);
    await bob.page.goto(link);
    await isIn(bob);
    assert.doesNotMatch(bob.page.url(), /#\/i\//);
    await bob.say('here by the link');
    await ada.message('here by the link').waitFor();
  });

  test('who is not signs up first, also on a phone', async () => {
    const cleo = await open(link, uniqueName('cleo'), { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await cleo.page.getByTestId('invited').waitFor();
    await cleo.page.getByRole('button', { name: 'Create an account' }).click();
    await cleo.page.getByTestId('invited').waitFor();
    await cleo.page.getByLabel('Username').fill(cleo.username);
    await cleo.page.getByLabel('Password', { exact: true }).fill(kPassword);
    await cleo.page.getByRole('button', { name: 'Create account' }).click();
    await isIn(cleo);
  });

  test('withdrawn, it lets nobody in', async () => {
    await ada.page.keyboard.press('Escape');
    await ada.page.getByRole('button', { name: 'Invite by link' }).click();
    await invite().getByText('Used 2 of 10 times').waitFor();
    await invite().getByRole('button', { name: 'Withdraw' }).click();
    await invite().waitFor({ state: 'detached' });
    await ada.page.keyboard.press('Escape');
    const user = await signUp(hubbub.url, uniqueName('dan'));
    const dan = await open(link, user.username);
    await dan.page.getByLabel('Username').fill(dan.username);
    await dan.page.getByLabel('Password', { exact: true }).fill(user.password);
    await dan.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dan.page.getByText('This invitation is over, or not for you.').waitFor();
    assert.equal(await dan.page.getByTestId('channel-link').count(), 0);
    await dan.page.getByRole('button', { name: 'Go to your channels' }).click();
    await dan.page.getByText(`Welcome to Hubbub, ${user.username}`).waitFor();
  });

  test('somebody is found by the first letters of the name: to be added, or spoken to', async () => {
    const { page } = ada;
    const eve = await signUp(hubbub.url, uniqueName('eve'));
    // Known to ada, so that they are added at once.
    await createChannel(owner, { type: 'private', members: [eve] });
    await page.getByTestId('composer').pressSequentially('hello @eve-');
    await page.getByTestId('suggestions').getByText(eve.username).first().waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await page.getByTestId('composer').inputValue(), `hello @${eve.username} `);
    const field = page.getByLabel('Add by username');
    await field.pressSequentially(eve.username.slice(0, -2));
    await page.locator(`datalist option[value="${eve.username}"]`).waitFor({ state: 'attached' });
    await field.fill(eve.username);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByTestId('member').filter({ hasText: eve.username }).waitFor();
  });

  test('a stranger is asked first: sees it at once, and is in once they accept, in all tabs', async () => {
    const user = await signUp(hubbub.url, uniqueName('finn'));
    const finn = await open(hubbub.url, user.username);
    const { page } = finn;
    await finn.signIn(user.password);
    await page.getByText('Welcome to Hubbub').waitFor();
    const add = async () => {
      await ada.page.getByLabel('Add by username').fill(user.username);
      await ada.page.getByRole('button', { name: 'Add', exact: true }).click();
      await ada.page.getByText(`@${user.username} was invited, and will be in once they accept.`).waitFor();
    };
    const invitation = (tab = page) => tab.getByTestId('invitation').filter({ hasText: secret });
    await add();
    await invitation().getByText(`(@${owner.username}) invites you.`).waitFor();
    await page.getByTestId('toasts').getByText(`invites you to ${secret}`).waitFor();
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    await assertAccessible(page, 'invited');
    await invitation().getByRole('button', { name: 'Decline' }).press('Enter');
    await invitation().waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main', 'the keyboard goes on from the page');

    await add();
    await invitation().waitFor();
    await ada.page.getByRole('button', { name: 'Invite by link' }).click();
    await invite().filter({ hasText: `Only for ${user.username}` }).waitFor();
    await ada.page.keyboard.press('Escape');
    const tab = await page.context().newPage();
    await tab.goto(`${hubbub.url}/#/c/${ada.page.url().match(/#\/c\/(\d+)/)[1]}`);
    await tab.getByRole('heading', { name: `invites you to ${secret}` }).waitFor();
    await page.bringToFront();
    for (const one of [page, tab]) assert.equal(await invitation(one).count(), 1, 'the one that was declined is not back');
    await invitation().getByRole('button', { name: 'Accept' }).click();
    await isIn(finn);
    await isIn({ page: tab });
    for (const one of [page, tab]) assert.equal(await one.getByTestId('invitations').count(), 0);
    await finn.say('here by consent');
    await ada.message('here by consent').waitFor();
    await ada.page.getByTestId('member').filter({ hasText: user.username }).waitFor();
  });

  test('what one is up to stands beside the name, for all, until it is taken away', async () => {
    const { page } = ada;
    const [, bob] = visitors;
    await bob.page.getByTestId('members-button').click();
    const line = bob.page.getByTestId('member').filter({ hasText: 'Reading the manual' });
    const save = async (text) => {
      await page.getByRole('button', { name: 'Account menu' }).click();
      await page.getByRole('menuitem', { name: 'Account and sessions' }).click();
      const form = page.getByTestId('account').locator('form').filter({ hasText: 'What you are up to' });
      await form.getByLabel('What you are up to').fill(text);
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByTestId('toasts').getByText('Saved.').first().waitFor();
      await page.keyboard.press('Escape');
    };
    await save('Reading the manual');
    await line.waitFor();
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitemradio', { name: 'Do not disturb' }).click();
    await bob.page.locator('[data-testid=presence][data-status=dnd]').waitFor();
    await line.waitFor();
    await page.keyboard.press('Escape');
    await save('');
    await line.waitFor({ state: 'detached' });
    assert.deepEqual(visitors.flatMap(({ faults }) => faults), []);
  });
});
