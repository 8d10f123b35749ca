import path from 'node:path';
import { chromium } from 'playwright-core';

const kExecutable = process.env.HUBBUB_CHROMIUM ?? '/usr/bin/chromium';
const kArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const kViewport = { width: 1100, height: 1500 };

/** Where pictures of the screens go. None are taken without it: it costs more than what is tested. */
export const screenshotDir = process.env.HUBBUB_SCREENSHOT_DIR;

export function launchBrowser() {
  return chromium.launch({ executablePath: kExecutable, headless: true, args: kArguments });
}

/** One person at the web client, in a browser profile of their own. */
export class Visitor {
  /** What the page must never do: exceptions, refused content, failed assets. */
  faults = [];

  static async open(browser, url, username, options = {}) {
    const context = await browser.newContext({ viewport: kViewport, locale: 'en-GB', reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    const visitor = new Visitor(page, username);
    await page.goto(url);
    return visitor;
  }

  constructor(page, username) {
    this.page = page;
    this.username = username;
    page.setDefaultTimeout(40_000);
    page.on('pageerror', (error) => this.faults.push(`${error}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.faults.push(message.text());
    });
  }

  async signUp(password) {
    const { page } = this;
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('Username').fill(this.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByTestId('sidebar').waitFor();
  }

  async signIn(password) {
    const { page } = this;
    await page.getByLabel('Username').fill(this.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByTestId('sidebar').waitFor();
  }

  async createChannel(name) {
    const { page } = this;
    await page.getByTestId('create-channel').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Create channel' }).click();
    await page.getByTestId('channel-name').filter({ hasText: name }).waitFor();
  }

  async joinChannel(name) {
    const { page } = this;
    await page.getByTestId('browse-channels').click();
    await page.getByRole('dialog').getByRole('button', { name: `Join ${name}` }).click();
    await page.getByTestId('channel-name').filter({ hasText: name }).waitFor();
  }

  /** Writes and presses Enter; does not wait for anything that follows. */
  async say(text) {
    const composer = this.page.getByTestId('composer');
    await composer.fill(text);
    await composer.press('Enter');
  }

  /** The timeline from top to bottom: {author, content, state}. */
  timeline() {
    return this.page.getByTestId('message').evaluateAll((articles) =>
      articles
        .map((article) => ({
          top: article.getBoundingClientRect().top,
          author: article.getAttribute('aria-label').split(',')[0],
          content: article.querySelector('[data-testid=message-content]').textContent,
          state: article.dataset.state,
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ author, content, state }) => ({ author, content, state })),
    );
  }

  /** The messages of the timeline with this text. */
  message(text) {
    return this.page.getByTestId('timeline').getByTestId('message').filter({ hasText: text });
  }

  /** Points at a message and clicks one of its actions. */
  async act(text, name) {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name }).click();
  }

  /** Rests a finger on a message. */
  async longPress(text) {
    const message = this.message(text);
    await message.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await message.boundingBox();
    const touch = await this.page.context().newCDPSession(this.page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: x + width / 2, y: y + height / 2 }] });
    await this.page.getByRole('dialog').waitFor();
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await touch.detach();
  }

  /** Looks at another window; headless pages believe to be in front whatever happens. */
  leave() {
    return this.#watch(false);
  }

  comeBack() {
    return this.#watch(true);
  }

  #watch(watching) {
    return this.page.evaluate((now) => {
      document.hasFocus = () => now;
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: now ? 'visible' : 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
      window.dispatchEvent(new Event(now ? 'focus' : 'blur'));
    }, watching);
  }

  banner() {
    return this.page.getByTestId('connection-banner');
  }

  async screenshot(name) {
    if (screenshotDir) await this.page.screenshot({ path: path.join(screenshotDir, `${name}.png`) });
  }
}
