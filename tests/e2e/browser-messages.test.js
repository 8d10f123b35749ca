// What one does with messages in the web client: two people, each in a browser of their own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';
import { haveReacted } from '../support/reactions.js';
import { until } from '../support/wait.js';

const kPassword = 'correct horse battery';

describe('messages in the browser', () => {
  let hubbub;
  let browser;
  let ada;
  let bob;
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    const viewport = { width: 1280, height: 800 };
    ada = await Visitor.open(browser, hubbub.url, uniqueName('ada'), { viewport });
    bob = await Visitor.open(browser, hubbub.url, uniqueName('bob'), { viewport, colorScheme: 'dark' });
    await Promise.all([ada.signUp(kPassword), bob.signUp(kPassword)]);
    const channel = uniqueName('room');
    await ada.createChannel(channel);
    await bob.joinChannel(channel);
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  async function said(text) {
    await ada.say(text);
    await bob.message(text).waitFor();
  }

  test('sent, delivered, read', async () => {
    // Both pages believe to be in front; the second then looks away.
    await said('first');
    await ada.message('first').and(ada.page.locator('[data-state=read]')).waitFor();
    await bob.leave();
    await said('second');
    await ada.message('second').and(ada.page.locator('[data-state=delivered]')).waitFor();
    assert.match(await bob.page.title(), /^\(1\) /, 'unread in the title');
    await ada.page.waitForTimeout(1_000);
    assert.equal(await ada.message('second').getAttribute('data-state'), 'delivered', 'not read: nobody looked');
    await bob.comeBack();
    await ada.message('second').and(ada.page.locator('[data-state=read]')).waitFor();
    await ada.message('second').getByTestId('delivery').click();
    await ada.page.getByTestId('readers').getByText(bob.username).waitFor();
    await ada.page.keyboard.press('Escape');
  });

  test('what was read stays read after a reload, and counts that was read while one was away', async () => {
    const read = (text) => ada.message(text).and(ada.page.locator('[data-state=read]')).waitFor();
    await ada.page.reload();
    await read('second');
    await bob.leave();
    await said('third');
    await ada.message('third').and(ada.page.locator('[data-state=delivered]')).waitFor();
    await ada.page.context().setOffline(true);
    await ada.banner().waitFor();
    await bob.comeBack();
    await until('bob’s page to have told', async () => !/^\(/.test(await bob.page.title()));
    await bob.page.waitForTimeout(1_000);
    await ada.page.context().setOffline(false);
    await read('third');
  });

  test('edit, also by ↑; both see it', async () => {
    await said('a typpo');
    await ada.page.getByTestId('composer').press('ArrowUp');
    await ada.page.getByTestId('edit-box').getByRole('textbox').fill('a typo');
    await ada.page.keyboard.press('Enter');
    await bob.message('a typo').getByTestId('edited').waitFor();
    assert.equal(await bob.message('a typpo').count(), 0);
  });

  test('reactions: added by one, joined and left by the other', async () => {
    await said('react to me');
    await ada.act('react to me', 'React with 👍');
    const chip = bob.message('react to me').getByTestId('reaction');
    await chip.filter({ hasText: '1' }).waitFor();
    await chip.click();
    await ada.message('react to me').getByTestId('reaction').filter({ hasText: '2' }).waitFor();
    await chip.filter({ hasText: '2' }).click();
    await ada.message('react to me').getByTestId('reaction').filter({ hasText: '1' }).waitFor();
    await ada.act('react to me', 'Add a reaction');
    await ada.page.getByPlaceholder('Search emoji').fill('unicorn');
    await ada.page.getByTestId('emoji-picker').getByRole('gridcell', { name: 'Unicorn' }).click();
    await bob.message('react to me').getByTestId('reaction').filter({ hasText: '🦄' }).waitFor();
  });

  test('one\'s own reaction is taken back when 24 others have reacted so, who hide it from the first 20', async () => {
    await said('popular');
    const messageId = Number(await ada.message('popular').getAttribute('data-id'));
    await haveReacted(hubbub, { messageId, reaction: '🎉', count: 24 });
    await ada.page.reload();
    const chip = (visitor) => visitor.message('popular').getByTestId('reaction');
    await chip(ada).filter({ hasText: '24' }).click();
    await chip(ada).filter({ hasText: '25' }).waitFor();
    await ada.page.reload();
    await chip(ada).and(ada.page.locator('[aria-pressed=true]')).filter({ hasText: '25' }).click();
    await chip(ada).and(ada.page.locator('[aria-pressed=false]')).filter({ hasText: '24' }).waitFor();
    await ada.page.reload();
    await chip(ada).and(ada.page.locator('[aria-pressed=false]')).filter({ hasText: '24' }).waitFor();
  });

  test('a thread: answered by one, seen by the other, told in the channel', async () => {
    await said('shall we?');
    await ada.act('shall we?', 'Reply in thread');
    await ada.page.getByTestId('thread-composer').fill('yes');
    await ada.page.keyboard.press('Enter');
    await ada.page.getByTestId('thread').getByTestId('message').filter({ hasText: 'yes' }).waitFor();
    await bob.message('shall we?').getByTestId('open-thread').click();
    const thread = bob.page.getByTestId('thread').getByTestId('message');
    await thread.filter({ hasText: 'yes' }).waitFor();
    await assertAccessible(bob.page);
    await bob.page.getByTestId('thread-composer').fill('then it is settled');
    await bob.page.keyboard.press('Enter');
    await ada.page.getByTestId('thread').getByText('then it is settled').waitFor();
    const composer = ada.page.getByTestId('thread-composer');
    await composer.fill('is it?');
    const element = await composer.elementHandle();
    await ada.page.context().setOffline(true);
    await ada.banner().waitFor();
    await ada.page.context().setOffline(false);
    await ada.banner().waitFor({ state: 'detached' });
    await ada.page.getByTestId('thread').getByText('then it is settled').waitFor();
    assert.ok(await element.evaluate((one) => one.isConnected && one === document.activeElement), 'one goes on writing over a reconnect');
    await composer.fill('');
    await ada.page.getByRole('button', { name: 'Close Thread' }).click();
    await bob.page.getByRole('button', { name: 'Close Thread' }).click();
  });

  test('deleted after a question; a tombstone stays', async () => {
    await said('to be removed');
    await ada.act('to be removed', 'More actions');
    await ada.page.getByRole('menuitem', { name: 'Delete message' }).click();
    await assertAccessible(ada.page);
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete message' }).click();
    for (const visitor of [ada, bob]) await visitor.message('This message was deleted.').waitFor();
    assert.equal(await bob.message('to be removed').count(), 0);
  });

  test('a link to a message leads there', async () => {
    const id = await ada.message('first').getAttribute('data-id');
    await bob.page.goto(`${bob.page.url().split('#')[0]}${new URL(bob.page.url()).hash}/m/${id}`);
    await bob.page.reload();
    await bob.message('first').waitFor();
  });

  test('a draft survives a reload; mentions, channels and emoji are completed', async () => {
    const composer = ada.page.getByTestId('composer');
    await composer.fill('half a tho');
    await ada.page.reload();
    await composer.waitFor();
    assert.equal(await composer.inputValue(), 'half a tho');
    await composer.fill('');
    await composer.pressSequentially(`hi @${bob.username.slice(0, 5)}`);
    await ada.page.getByTestId('suggestions').getByText(bob.username).first().waitFor();
    await assertAccessible(ada.page);
    await composer.press('Enter');
    assert.equal(await composer.inputValue(), `hi @${bob.username} `);
    await composer.pressSequentially(':rocke');
    await ada.page.getByTestId('suggestions').getByText(':rocket:').waitFor();
    await composer.press('Tab');
    assert.equal(await composer.inputValue(), `hi @${bob.username} 🚀 `);
    await composer.fill('');
  });

  test('nothing was refused by the content security policy, and nothing threw', () => {
    assert.deepEqual([...ada.faults, ...bob.faults], []);
  });
});
