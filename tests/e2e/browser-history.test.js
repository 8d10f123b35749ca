// A channel with 100,000 messages in the web client: opened at the first unread, scrolled both ways, jumped to a date.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createChannel, signUp, uniqueName } from '../support/api.js';
import { assertAccessible } from '../support/axe.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { fillHistory, readUpTo } from '../support/fill-history.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kMessages = 100_000;
const kEveryMs = 86_400;
const kRead = 50_000;
const kDayMs = 86_400_000;
/** Always 9 hours ahead of UTC. */
const kZone = { timezoneId: 'Asia/Tokyo', offset: '+09:00' };

describe('a long history in the browser', () => {
  let hubbub;
  let browser;
  let ada;
  let channel;
  let reader;
  const name = uniqueName('archive');
  before(async () => {
    hubbub = await Hubbub.start();
    browser = await launchBrowser();
    const grace = await signUp(hubbub.url);
    reader = await signUp(hubbub.url, uniqueName('ada'));
    channel = await createChannel(grace, { name, members: [reader] });
    await fillHistory(hubbub, { channel, author: grace.id, count: kMessages, everyMs: kEveryMs });
    await readUpTo(hubbub, { channel, user: reader.id, seq: kRead });
    ada = await Visitor.open(browser, hubbub.url, reader.username, { viewport: { width: 1280, height: 800 }, timezoneId: kZone.timezoneId });
    await ada.signIn(reader.password);
  });
  after(async () => {
    await browser?.close();
    await hubbub?.stop();
  });

  /** Lets the server answer only a tenth of a second in every half: a reader comes to the end of what is loaded, and waits there. */
  async function slowly(work) {
    let ended = false;
    const pausing = (async () => {
      while (!ended) {
        hubbub.program.signal('SIGSTOP');
        await setTimeout(400);
        hubbub.program.signal('SIGCONT');
        await setTimeout(100);
      }
    })();
    try {
      return await work();
    } finally {
      ended = true;
      await pausing;
    }
  }

  const seqOf = (text) => Number(/message (\d+)/.exec(text)[1]);
  const shown = async () => (await ada.timeline()).map(({ content }) => seqOf(content));

  /** Where a message is, from the top of the list; null when it is not there. */
  const topOf = (seq) =>
    ada.page.evaluate((text) => {
      const list = document.querySelector('[data-testid=timeline]');
      const article = [...(list?.querySelectorAll('article') ?? [])].find((one) => new RegExp(`${text}\\b`).test(one.textContent));
      return article ? article.getBoundingClientRect().top - list.getBoundingClientRect().top : null;
    }, `message ${seq}`);

  async function firstUnread() {
    const { body } = await reader.api.get(`/channels/${channel}/read-state`);
    return kMessages - body.unreadCount + 1;
  }

  test('it opens at the first unread, also after a reload', async () => {
    const { page } = ada;
    const isAtTop = (seq) => until(`message ${seq} to be at the top`, async () => Math.abs((await topOf(seq)) - 40) < 40);
    await isAtTop(kRead + 1);
    await page.getByTestId('new-divider').or(page.getByTestId('day-divider').getByText('New')).waitFor();
    await until('what was in view to be read', async () => (await firstUnread()) > kRead + 1);
    const unread = await firstUnread();
    assert.ok(unread < kRead + 50, `${unread}`);
    await page.reload();
    await isAtTop(unread);
    assert.match(await page.title(), /^\(49,?9\d\d\) /);
  });

  for (const [way, step] of [
    ['up', -90],
    ['down', 90],
  ]) {
    test(`scrolled ${way} through a thousand messages and more, nothing jumps`, async () => {
      const { page } = ada;
      const [from] = await shown();
      const scroll = async (by) => {
        const list = document.querySelector('[data-testid=timeline]');
        const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const places = () => {
          const { top, bottom } = list.getBoundingClientRect();
          const all = [...list.querySelectorAll('article')].map((one) => [one.dataset.id, one.getBoundingClientRect()]);
          return new Map(all.filter(([, box]) => box.bottom > top && box.top < bottom).map(([id, box]) => [id, box.top]));
        };
        const found = [];
        list.dispatchEvent(new WheelEvent('wheel', { deltaY: by, bubbles: true }));
        for (let i = 0; i < 700; ++i) {
          const before = places();
          const room = by < 0 ? list.scrollTop : list.scrollHeight - list.clientHeight - list.scrollTop;
          const wanted = Math.sign(by) * Math.min(Math.abs(by), room);
          list.scrollTop += wanted;
          await frame();
          const after = places();
          const both = [...before].filter(([id]) => after.has(id));
          if (both.length === 0) found.push({ i, lost: true });
          for (const [id, top] of both) {
            const moved = top - after.get(id);
            // A page that comes in may cost a step of the scroll, or a part of it: nothing goes back, nor further than wanted.
            const [least, most] = [Math.min(wanted, 0), Math.max(wanted, 0)];
            if (moved < least - 2 || moved > most + 2) found.push({ i, id, moved });
          }
        }
        return found;
      };
      const jumps = await slowly(() => page.evaluate(scroll, step));
      const [to] = await shown();
      assert.ok(Math.abs(to - from) > 1_000, `from ${from} to ${to}`);
      assert.equal(jumps.slice(0, 5).map((jump) => JSON.stringify(jump)).join(' '), '');
    });
  }

  test('to a date by the menu: the first message of that day, which has the focus', async () => {
    const { page } = ada;
    const day = new Date(Date.now() - 70 * kDayMs).toISOString().slice(0, 10);
    await page.getByRole('button', { name: 'Channel menu' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Go to a date' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Date').fill(day);
    await assertAccessible(page);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const focused = await until('a message to have the focus', () =>
      page.evaluate(() => document.activeElement.closest('article')?.textContent),
    );
    const sql = await hubbub.sql();
    const { rows } = await sql.query(
      'SELECT seq::int FROM chat_message WHERE "chatChannelId" = $1 AND "createdAt" >= $2 ORDER BY seq LIMIT 1',
      [channel, `${day}T00:00:00${kZone.offset}`],
    );
    await sql.end();
    assert.equal(seqOf(focused), rows[0].seq);
    await page.getByTestId('toasts').getByText(new Date(`${day}T12:00Z`).toLocaleDateString('en-GB', { dateStyle: 'full' })).waitFor();
    await ada.screenshot('date');
  });

  test('to a date by the line between two days; where nothing was written since, it says so', async () => {
    const { page } = ada;
    const line = page.getByTestId('day-divider').getByRole('button').first();
    await line.click();
    const dialog = page.getByRole('dialog');
    const offered = await dialog.getByLabel('Date').inputValue();
    assert.match(offered, /^\d{4}-\d\d-\d\d$/);
    await dialog.getByLabel('Date').fill('2000-01-01');
    await dialog.getByRole('button', { name: 'Go', exact: true }).click();
    await until('the first message of all', async () => (await shown()).includes(1));
    assert.deepEqual(ada.faults, []);
  });
});
