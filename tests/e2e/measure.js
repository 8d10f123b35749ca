// Measures the web client. Usage: npm --prefix tests run measure      (HUBBUB_BIN_DIR=build/release/bin for a release build)
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createChannel, signUp } from '../support/api.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { ChatClient } from '../support/chat-client.js';
import { fillHistory } from '../support/fill-history.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kPassword = 'correct horse battery';
const kHistory = 50_000;
const kTraffic = 6_000; // an hour of a message every 0.6 s
const kSlowdown = 4;
const kAssets = path.resolve(import.meta.dirname, '../../web/dist/assets');

// Nobody writes an hour's traffic in seconds but this.
const hubbub = await Hubbub.start({ env: { HUBBUB_LIMITS_EVENTS_PER_SECOND: '0' } });
const browser = await launchBrowser();
try {
  const index = readFileSync(path.join(kAssets, '../index.html'), 'utf8');
  const first = readdirSync(kAssets).filter((file) => index.includes(file) && file.endsWith('.js'));
  const bytes = first.map((file) => gzipSync(readFileSync(path.join(kAssets, file))).length);
  print('script of the first load, gzip', bytes.reduce((sum, size) => sum + size, 0) / 1000, 'KB');

  const writer = await signUp(hubbub.url);
  const channel = await createChannel(writer, { name: 'measured' });
  await fillHistory(hubbub, { channel, author: writer.id, count: kHistory, everyMs: 2_000 });
  const ada = await Visitor.open(browser, hubbub.url, 'ada', { viewport: { width: 1280, height: 800 } });
  const cdp = await ada.page.context().newCDPSession(ada.page);
  await ada.signUp(kPassword);
  await ada.joinChannel('measured');
  await ada.page.getByTestId('message').first().waitFor();

  await measureOptimism(ada);
  await measureScrolling(ada);
  await measureMemory(ada, cdp, writer, channel);
  await measureStart(ada, cdp);
} finally {
  await browser.close();
  await hubbub.stop();
}

function print(what, value, unit) {
  console.log(`${what.padEnd(52)} ${value.toFixed(1).padStart(9)} ${unit}`);
}

/** From the key to the frame that shows the message. */
async function measureOptimism({ page }) {
  const times = [];
  for (let i = 0; i < 20; ++i) {
    await page.getByTestId('composer').fill(`painted ${i}`);
    const painted = page.evaluate(
      (text) =>
        new Promise((resolve) => {
          let start;
          addEventListener('keydown', () => (start = performance.now()), { capture: true, once: true });
          const timeline = document.querySelector('[data-testid=timeline]');
          new MutationObserver((_, observer) => {
            if (!timeline.textContent.includes(text)) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
          }).observe(timeline, { childList: true, subtree: true, characterData: true });
        }),
      `painted ${i}`,
    );
    await page.getByTestId('composer').press('Enter');
    times.push(await painted);
  }
  times.sort((a, b) => a - b);
  print('key to painted message, median', times[10], 'ms');
  print('key to painted message, worst of 20', times[19], 'ms');
}

/** Up through the whole history, page by page. A frame counts as dropped when the next one is a frame late. */
async function measureScrolling({ page }) {
  const { frames, dropped, longest, rows } = await page.evaluate(async () => {
    const timeline = document.querySelector('[data-testid=timeline]');
    const result = { frames: 0, dropped: 0, longest: 0, rows: 0 };
    let last = await new Promise(requestAnimationFrame);
    const end = last + 10_000;
    while (last < end) {
      timeline.scrollTop -= 60;
      const now = await new Promise(requestAnimationFrame);
      ++result.frames;
      const late = now - last;
      result.dropped += Math.max(0, Math.round(late / (1000 / 60)) - 1);
      result.longest = Math.max(result.longest, late);
      last = now;
    }
    result.rows = Math.round(timeline.scrollHeight / 40);
    return result;
  });
  print('frames in 10 s of scrolling', frames, '');
  print('of which dropped', dropped, '');
  print('longest frame', longest, 'ms');
  print('rows loaded on the way, about', rows, '');
}

async function measureMemory(ada, cdp, writer, channel) {
  const heap = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1e6;
  };
  await ada.page.reload();
  await ada.page.getByTestId('message').first().waitFor();
  const before = await heap();
  const client = await ChatClient.connect(hubbub.url, writer.session.accessToken);
  for (let sent = 0; sent < kTraffic; sent += 100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => client.send(channel, `traffic ${sent + i} and some words`)));
  const last = async () => {
    // A page that could not follow opens at what is unread: on to the end.
    await ada.page.keyboard.press('Escape');
    return (await ada.page.getByTestId('timeline').textContent()).includes(`traffic ${kTraffic - 1}`);
  };
  await until('the last message', last, { timeoutMs: 60_000, everyMs: 1_000 });
  client.close();
  print('heap before', before, 'MB');
  print(`heap after ${kTraffic} messages`, await heap(), 'MB');
}

async function measureStart({ page }, cdp) {
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: kSlowdown });
  await page.reload();
  await page.getByTestId('message').first().waitFor();
  print(`time to messages, CPU ${kSlowdown} times slower`, await page.evaluate(() => performance.now()), 'ms');
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
}
