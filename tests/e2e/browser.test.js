import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api, uniqueName } from '../support/api.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

const kPassword = 'correct horse battery';

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

test('two pages chat; the server is killed with -9 in mid-conversation; nothing is lost, doubled or moved', async () => {
  const channel = uniqueName('room');
  const alice = await Visitor.open(browser, hubbub.url, uniqueName('alice'));
  const bob = await Visitor.open(browser, hubbub.url, uniqueName('bob'), { colorScheme: 'dark' });
  const both = [alice, bob];
  const eachPage = (action) => Promise.all(both.map(action));

  await alice.screenshot('1-sign-in');
  await eachPage((visitor) => visitor.signUp(kPassword));
  await alice.screenshot('2-welcome');
  await alice.createChannel(channel);
  await bob.joinChannel(channel);

  const said = [];
  const say = (visitor, content) => {
    said.push({ author: visitor.username, content });
    return visitor.say(content);
  };
  const untilAllShown = () =>
    until(
      'every message on both pages, none still on its way',
      async () => {
        const timelines = await eachPage((visitor) => visitor.timeline());
        return timelines.every((rows) => rows.length >= said.length && rows.every(({ state }) => state !== 'sending'));
      },
      { timeoutMs: 30_000, everyMs: 100 },
    );

  await alice.page.getByTestId('composer').pressSequentially('h');
  await bob.page.getByTestId('typing').filter({ hasText: alice.username }).waitFor();
  await say(alice, 'hello from alice');
  await say(bob, 'hello from **bob**');
  said.at(-1).content = 'hello from bob';
  await untilAllShown();
  await eachPage((visitor, i) => visitor.screenshot(`3-chat-${['alice', 'bob'][i] ?? i}`));

  await eachPage(async (visitor) => {
    for (let i = 1; i <= 4; ++i) await say(visitor, `${visitor.username} in mid-conversation ${i}`);
  });
  await hubbub.kill9();
  await eachPage((visitor) => visitor.banner().waitFor());
  await eachPage(async (visitor) => {
    for (let i = 1; i <= 3; ++i) await say(visitor, `${visitor.username} while it is down ${i}`);
  });
  for (const visitor of both) {
    const waiting = (await visitor.timeline()).filter(({ state }) => state === 'sending');
    assert.ok(waiting.length >= 3, 'what cannot be sent is shown as on its way');
  }
  await eachPage((visitor) => visitor.screenshot(`4-server-down-${visitor.username}`));

  await hubbub.restart();
  await eachPage((visitor) => visitor.banner().waitFor({ state: 'detached', timeout: 60_000 }));
  await untilAllShown();
  await say(bob, 'and on it goes');
  await untilAllShown();
  await eachPage((visitor) => visitor.screenshot(`5-after-${visitor.username}`));

  await assertTimelines(both, said);
  await assertStored(alice.username, channel, await alice.timeline());
  await alice.page.reload();
  await alice.page.getByTestId('message').filter({ hasText: 'and on it goes' }).waitFor();
  await assertTimelines(both, said);
  assert.deepEqual(both.flatMap(({ faults }) => faults), []);
});

/** That each page shows everything said exactly once, all in the same order, each author in the order they wrote. */
async function assertTimelines(visitors, said) {
  const shown = ({ author, content }) => `${author}: ${content}`;
  const [first, ...others] = await Promise.all(visitors.map(async (visitor) => (await visitor.timeline()).map(shown)));
  for (const other of others) assert.deepEqual(other, first, 'the same order on both pages');
  assert.deepEqual([...first].sort(), said.map(shown).sort(), 'everything once');
  for (const { username } of visitors) {
    const by = (lines) => lines.filter((line) => line.startsWith(`${username}:`));
    assert.deepEqual(by(first), by(said.map(shown)), `${username} in the order of writing`);
  }
}

async function assertStored(username, channelName, timeline) {
  const { body: session } = await new Api(hubbub.url).post('/auth/login', { username, password: kPassword });
  const api = new Api(hubbub.url, session.accessToken);
  const { body: list } = await api.get('/channels');
  const { chatChannelId } = list.channels.find(({ name }) => name === channelName);
  const { body } = await api.get(`/channels/${chatChannelId}/messages?limit=100`);
  assert.deepEqual(
    body.messages.map(({ content }) => content.replaceAll('**', '')),
    timeline.map(({ content }) => content),
  );
}
