// axe on every screen of the web client: light, dark, on a phone, and in the colours of the system. Each is also a picture.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createChannel, signUp, uniqueName } from '../support/api.js';
import { assertAccessible, kColours } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';

const kWide = { width: 1280, height: 800 };
const kLight = { colorScheme: 'light', forcedColors: 'none' };
/** How each page is looked at, and in which colours: its first look is held to all rules, the others to those on colours. */
const kWalks = {
  wide: {
    options: { viewport: kWide },
    looks: { light: kLight, dark: { ...kLight, colorScheme: 'dark' }, 'forced colors': { ...kLight, forcedColors: 'active' } },
  },
  phone: { options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, looks: { phone: kLight } },
};

let hubbub;
let browser;
before(async () => {
  hubbub = await Hubbub.start();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await hubbub?.stop();
});

for (const [name, walk] of Object.entries(kWalks)) describe(`axe finds nothing: ${name}`, () => screens(walk));

function screens({ options, looks }) {
  const phone = 'phone' in looks;
  const [room, secret] = [{ name: uniqueName('room') }, { name: uniqueName('secret') }];
  let grace;
  let ada;
  let page;
  let visitor;
  const clients = {};
  before(async () => {
    [grace, ada] = [await signUp(hubbub.url, uniqueName('grace')), await signUp(hubbub.url, uniqueName('ada'))];
    for (const [name, user] of Object.entries({ grace, ada })) clients[name] = await ChatClient.connect(hubbub.url, user.session.accessToken);
    room.id = await createChannel(grace, { name: room.name });
    visitor = await enter();
    page = visitor.page;
  });
  after(async () => {
    for (const client of Object.values(clients)) client.close();
    await page?.context().close();
  });

  /** Without the service worker, which would answer for a network that is not there. */
  const enter = (storageState) => Visitor.open(browser, hubbub.url, ada.username, { ...options, serviceWorkers: 'block', storageState });
  async function screen(name, { inForcedColors = () => undefined } = {}) {
    for (const [look, media] of Object.entries(looks)) {
      const first = media === kLight;
      if (!first) await page.emulateMedia(media);
      await visitor.screenshot(`axe-${look}-${name}`.replaceAll(' ', '-'));
      await assertAccessible(page, `${look}: ${name}`, first ? undefined : kColours);
      if (media.forcedColors === 'active') await inForcedColors();
    }
    if (Object.keys(looks).length > 1) await page.emulateMedia(kLight);
  }
  const button = (name) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  async function dismiss() {
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  }
  async function menu(name, item) {
    await button(name).click();
    await page.getByRole('menuitem', { name: item }).click();
  }
  const toList = async () => phone && page.getByRole('link', { name: 'Back to channels' }).click();
  const toRoom = ({ id, name }) => page.goto(`${hubbub.url}/#/c/${id}`).then(() => page.getByTestId('channel-name').filter({ hasText: name }).waitFor());

  test('outside', async () => {
    await button('Create an account').waitFor();
    await screen('sign in');
    await page.getByLabel('Username').fill('nobody');
    await page.getByLabel('Password', { exact: true }).fill('wrong password');
    await button('Sign in').click();
    await page.getByRole('alert').waitFor();
    await screen('sign in refused');
    await page.goto(`${hubbub.url}/#/i/0123456789abcdef`);
    await button('Create an account').click();
    await page.getByTestId('invited').waitFor();
    await screen('sign up');
    await page.goto(`${hubbub.url}/#/`);
    await page.reload();
  });

  test('on the way in', async () => {
    await page.context().route('**/socket.io/**', (route) => route.abort());
    await page.context().routeWebSocket(/socket\.io/, (socket) => socket.close());
    await page.reload();
    await visitor.signIn(ada.password);
    await visitor.banner().waitFor();
    await screen('connecting');
    const signedIn = await page.context().storageState();
    await page.context().close();
    visitor = await enter(signedIn);
    page = visitor.page;
    await page.getByText(phone ? 'No channels yet' : 'Welcome to Hubbub').first().waitFor();
    await screen('welcome');
  });

  test('channels', async () => {
    await page.getByTestId('create-channel').click();
    await dialog().getByLabel('Name').waitFor();
    await screen('create a channel');
    await dismiss();
    await page.getByTestId('browse-channels').click();
    await button(`Join ${room.name}`).waitFor();
    await screen('browse channels');
    await dismiss();
    await page.goto(`${hubbub.url}/#/c/${room.id}`);
    await button('Join channel').waitFor();
    await screen('not a member');
    await page.goto(`${hubbub.url}/#/c/999999`);
    await page.getByText('This channel is not here').waitFor();
    await screen('no such channel');
    await page.goto(`${hubbub.url}/#/i/0123456789abcdef0123456789abcdef`);
    await page.getByText('You cannot come in').waitFor();
    await screen('invitation refused');
    await page.goto(`${hubbub.url}/#/c/${room.id}`);
    await button('Join channel').click();
    await page.getByTestId('composer').waitFor();
  });

  test('every kind of message', async () => {
    const { message: first } = await clients.grace.send(room.id, `@${ada.username} **bold**, [a link](https://example.org), \`code\`\n\n> quoted\n\n- one\n- two`);
    await clients.grace.send(room.id, 'an answer', { parentMessageId: first.id });
    const { message: typo } = await clients.ada.send(room.id, 'my typpo');
    await clients.ada.ask('edit_message', { chatChannelId: room.id, messageId: typo.id, content: 'my typo' });
    const { message: gone } = await clients.ada.send(room.id, 'not for long');
    await clients.ada.ask('delete_message', { chatChannelId: room.id, messageId: gone.id });
    for (const client of Object.values(clients)) await client.ask('add_reaction', { chatChannelId: room.id, messageId: first.id, reaction: '👍' });
    await clients.grace.send(room.id, '```\nlet code = "stand";\n```');
    await visitor.say('a bell \u0007 that nobody may ring');
    await page.locator('[data-testid=message][data-state=failed]').waitFor();
    await visitor.message('bold').getByTestId('reaction').waitFor();
    await screen('every kind of message', {
      inForcedColors: async () => {
        const outlineOf = (selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).outlineStyle);
        assert.equal(await outlineOf('[data-testid=channel-link][aria-current=page]'), 'solid', 'the channel that is open is told apart');
        assert.equal(await outlineOf('[data-testid=reaction][aria-pressed=true]'), 'solid', 'so is a reaction of one\'s own');
        await page.getByTestId('composer').focus();
        assert.equal(await outlineOf('[data-testid=composer]'), 'solid', 'and what has the focus');
      },
    });
    await page.getByTestId('composer').pressSequentially(`hi @${grace.username.slice(0, 7)}`);
    await page.getByTestId('suggestions').waitFor();
    await screen('suggestions');
    await page.getByTestId('composer').fill('x'.repeat(17_000));
    await page.getByText('bytes too long').waitFor();
    await screen('too long');
    await page.getByTestId('composer').fill('');
  });

  test('what one does with a message', async () => {
    if (!phone) {
      await visitor.message('my typo').hover();
      await screen('toolbar');
      await visitor.act('my typo', 'Add a reaction');
      await page.getByTestId('emoji-picker').getByRole('gridcell').first().waitFor();
      await screen('emoji picker');
      await page.keyboard.press('Escape');
      await visitor.act('my typo', 'More actions');
      await page.getByRole('menuitem', { name: 'Edit message' }).waitFor();
      await screen('message menu');
      await page.getByRole('menuitem', { name: 'Edit message' }).click();
      await page.getByTestId('edit-box').waitFor();
      await screen('edit');
      await page.keyboard.press('Escape');
      await visitor.act('my typo', 'More actions');
      await page.getByRole('menuitem', { name: 'Delete message' }).click();
      await screen('delete');
      await dismiss();
    } else {
      await visitor.longPress('my typo');
      await dialog().waitFor();
      await screen('sheet');
      await dismiss();
    }
    await visitor.message('my typo').getByTestId('delivery').click();
    await page.getByTestId('readers').waitFor();
    await screen('readers');
    await dismiss();
  });

  test('beside the messages', async () => {
    const aside = async (name, testId) => {
      await page.getByTestId(testId).waitFor();
      await screen(name);
      await page.getByTestId(testId).getByRole('button', { name: /^Close / }).click();
    };
    await visitor.message('bold').getByTestId('open-thread').click();
    await page.getByTestId('thread').getByText('an answer').waitFor();
    await aside('thread', 'thread-panel');
    await page.getByTestId('members-button').click();
    await page.getByTestId('member').filter({ hasText: grace.username }).getByTestId('presence').waitFor();
    await aside('members', 'members-panel');
    await page.getByTestId('search-button').click();
    await page.getByLabel('Search for').fill('quoted');
    await page.getByTestId('search-hit').waitFor();
    await aside('search', 'search-panel');
    await menu('Channel menu', 'Channel details');
    await page.getByText('Created on').waitFor();
    await aside('details', 'channel-details');
  });

  test('dialogs and menus', async () => {
    await menu('Channel menu', 'Go to a date');
    await dialog().getByLabel('Date').waitFor();
    await screen('go to a date');
    await dismiss();
    await button('Channel menu').click();
    await page.getByRole('menuitem', { name: 'Leave channel' }).waitFor();
    await screen('channel menu');
    await page.getByRole('menuitem', { name: 'Leave channel' }).click();
    await screen('leave');
    await dismiss();
    await page.keyboard.press('Control+k');
    await page.getByTestId('switcher').waitFor();
    await screen('switcher');
    await dismiss();
    await page.getByTestId('timeline').focus();
    await page.keyboard.press('?');
    await page.getByTestId('help').waitFor();
    await screen('shortcuts');
    await dismiss();
    await toList();
    await button('Account menu').click();
    await page.getByRole('menuitem', { name: 'Account and sessions' }).waitFor();
    await screen('account menu');
    await page.getByRole('menuitem', { name: 'Account and sessions' }).click();
    await page.getByTestId('session').first().waitFor();
    await screen('account');
    await dismiss();
  });

  test('a private channel and its invitations', async () => {
    secret.id = await createChannel(ada, { name: secret.name, type: 'private' });
    await toRoom(secret);
    await page.getByText('This is the very beginning').waitFor();
    await screen('nothing said yet');
    await menu('Channel menu', 'Go to a date');
    await dialog().getByRole('button', { name: 'Go', exact: true }).click();
    await dialog().getByText('Nothing was written here since then.').waitFor();
    await screen('nothing written since');
    await dismiss();
    await page.getByTestId('members-button').click();
    await button('Invite by link').click();
    await button('Create a link').click();
    await page.getByTestId('invite').waitFor();
    await screen('invitations');
    await dismiss();
  });

  test('invited by others', async () => {
    const ids = [];
    for (const topic of [undefined, 'What nobody is to know yet']) {
      const id = await createChannel(grace, { name: uniqueName('an-invitation-to'), type: 'private' });
      if (topic) await grace.api.patch(`/channels/${id}`, { topic });
      assert.equal((await grace.api.post(`/channels/${id}/members`, { userId: ada.id })).status, 202);
      ids.push(id);
    }
    await page.goto(`${hubbub.url}/#/c/${ids[1]}`);
    await page.getByRole('heading', { name: 'invites you to' }).waitFor();
    if (phone) {
      await screen('invited at the channel');
      await page.getByRole('link', { name: 'Go to your channels' }).click();
    }
    await page.getByTestId('invitation').nth(1).waitFor();
    await screen('invited');
    for (let left = ids.length; left > 0; left--) {
      await page.getByTestId('invitation').first().getByRole('button', { name: 'Decline' }).click();
      await page.getByTestId('invitation').nth(left - 1).waitFor({ state: 'detached' });
    }
  });

  test('a part of the page that cannot be loaded', async () => {
    const context = page.context();
    const build = '**/index.html?build';
    const part = '**/assets/switcher-*.js';
    const trouble = page.getByTestId('part-failed');
    const open = async (text) => {
      await page.keyboard.press('Control+k');
      await trouble.getByText(text).waitFor();
    };
    const close = async () => {
      await trouble.getByRole('button', { name: 'Close' }).click();
      await trouble.waitFor({ state: 'detached' });
    };
    await context.route(part, (route) => route.abort());
    await toRoom(room);
    await page.reload();
    await page.getByTestId('composer').waitFor();
    await open(/could not be loaded\.$/);
    await screen('part not loaded');
    await trouble.getByRole('button', { name: 'Try again' }).click();
    await trouble.getByRole('button', { name: 'Reload' }).waitFor();
    await close();
    await context.route(build, (route) => route.abort());
    await open('the server cannot be reached');
    await close();
    await context.unroute(build);
    await context.route(build, (route) => route.fulfill({ contentType: 'text/html', body: '<script type="module" src="/assets/index-other.js"></script>' }));
    await open('There is a new version.');
    await context.unroute(build);
    await context.unroute(part);
    await trouble.getByRole('button', { name: 'Reload' }).click();
    await trouble.waitFor({ state: 'detached' });
    await page.getByTestId('composer').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByTestId('switcher').waitFor();
    await dismiss();
  });

  test('archived, and without a network', async () => {
    await ada.api.patch(`/channels/${secret.id}`, { archived: true });
    await toRoom(secret);
    await page.getByTestId('archived').waitFor();
    await screen('archived');
    await toRoom(room);
    await page.context().setOffline(true);
    await visitor.banner().waitFor();
    await visitor.say('from the tunnel');
    await page.getByRole('img', { name: 'Waiting for the connection' }).waitFor();
    await screen('offline');
    assert.deepEqual(visitor.faults, []);
  });
}
