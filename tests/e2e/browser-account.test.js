// One's own account in the web client: another name, sessions elsewhere, a muted channel; where the session is kept.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { signUp, uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

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

  const cookieOf = async (page) => (await page.context().cookies(hubbub.url)).find(({ name }) => name === `hubbub-refresh-${hubbub.port}`);
  const kept = (page) => page.evaluate(() => localStorage.getItem('hubbub.session'));

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

  test('no script reads the refresh token; a reload and a renewal keep the session', async () => {
    const { page } = ada;
    const before = await cookieOf(page);
    assert.deepEqual([before.httpOnly, before.sameSite], [true, 'Strict']);
    assert.equal(await page.evaluate(() => document.cookie), '');
    assert.doesNotMatch(await kept(page), /refresh/);
    await page.evaluate(() => {
      const session = JSON.parse(localStorage.getItem('hubbub.session'));
      localStorage.setItem('hubbub.session', JSON.stringify({ ...session, renewAt: 0 }));
    });
    await page.reload();
    await page.getByTestId('sidebar').waitFor();
    await until('another token', async () => (await cookieOf(page)).value !== before.value);
    await page.getByTestId('composer').waitFor();
  });

  test('a page on another port of the host neither renews the session nor is spoken to by ours', async () => {
    const other = http.createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('another page'));
    await new Promise((done) => other.listen(0, '127.0.0.1', done));
    const foreign = `127.0.0.1:${other.address().port}`;
    const page = await ada.page.context().newPage();
    try {
      const before = await cookieOf(page);
      await page.goto(`http://${foreign}/`);
      const statuses = [];
      page.on('response', (response) => response.url().startsWith(hubbub.url) && statuses.push(response.status()));
      const read = await page.evaluate(async (url) => {
        const send = (options) => fetch(url, { method: 'POST', credentials: 'include', body: '{"cookie":true}', ...options });
        const plain = await send({ mode: 'no-cors' });
        const json = await send({ headers: { 'content-type': 'application/json' } }).catch(() => 'refused');
        return [plain.type, json];
      }, `${hubbub.url}/api/v1/auth/refresh`);
      assert.deepEqual(read, ['opaque', 'refused']);
      assert.equal((await cookieOf(page)).value, before.value);
      assert.ok(statuses.every((status) => status >= 400), `${statuses}`);

      await page.goto(hubbub.url);
      const refused = await page.evaluate(async (host) => {
        const refusals = [];
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refusals.push(effectiveDirective));
        await fetch(`http://${host}/`, { mode: 'no-cors' }).catch(() => undefined);
        new WebSocket(`ws://${host}/`);
        for (let i = 0; i < 50 && refusals.length < 2; ++i) await new Promise((done) => setTimeout(done, 100));
        return refusals;
      }, foreign);
      assert.deepEqual(refused, ['connect-src', 'connect-src']);
    } finally {
      await page.close();
      other.close();
    }
  });

  test('a session of the version before moves into the cookie, and a sign-out takes that away', async () => {
    const user = await signUp(hubbub.url);
    const { user: account, sessionId, accessToken, refreshToken } = user.session;
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/old', (route) => route.fulfill({ body: 'the origin alone' }));
    await page.goto(`${hubbub.url}/old`);
    const old = { user: account, sessionId, accessToken, refreshToken, renewAt: Date.now() + 600_000 };
    await page.evaluate((session) => localStorage.setItem('hubbub.session', session), JSON.stringify(old));
    await page.goto(hubbub.url);
    await page.getByTestId('sidebar').waitFor();
    await until('the cookie', () => cookieOf(page));
    await until('localStorage without it', async () => !/refreshToken/.test(await kept(page)));
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await until('the cookie to go', async () => !(await cookieOf(page)));
    const { status } = await user.api.get('/me');
    assert.equal(status, 401);
    await context.close();
  });
});
