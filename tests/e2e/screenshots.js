// Takes the README's pictures of a running hubbub. Usage: npm --prefix tests run screenshots      (into docs/images/)
import path from 'node:path';
import { launchBrowser, Visitor } from '../support/browser.js';
import { Hubbub } from '../support/hubbub.js';

const kFolder = path.resolve(import.meta.dirname, '../../docs/images');
const kPassword = 'correct horse battery';
const kScene = [
  ['ada', 'Good morning! The new build is on **staging**, please have a look before lunch.'],
  ['grace', 'Looking now. Messages from the train all arrived, in order, once the tunnel was behind me :)'],
  ['grace', 'One question: does `resume` also bring back what happened while the server restarted?'],
  ['ada', 'It does, up to 1,000 events a channel. After that the client reloads the page of history.'],
  ['alan', 'I tried it with the server killed in mid-sentence:\n\n- nothing lost\n- nothing twice\n- same order on both screens'],
  ['grace', 'Then I say we ship it, @ada.'],
];
const kReactions = [
  ['grace', 'Good morning', 'React with ❤️'],
  ['alan', 'Good morning', 'React with ❤️'],
  ['ada', 'I tried it', 'React with 👍'],
  ['grace', 'I tried it', 'React with 👍'],
  ['alan', 'Then I say', 'React with 👍'],
];

const hubbub = await Hubbub.start();
const browser = await launchBrowser();
try {
  const people = {};
  for (const name of ['ada', 'grace', 'alan']) {
    const colorScheme = name === 'grace' ? 'dark' : 'light';
    people[name] = await Visitor.open(browser, hubbub.url, name, { viewport: { width: 1280, height: 800 }, colorScheme });
    await people[name].signUp(kPassword);
  }
  const { ada, grace, alan } = people;
  for (const channel of ['releases', 'design', 'engines']) await ada.createChannel(channel);
  for (const name of ['grace', 'alan']) await people[name].joinChannel('engines');
  for (const [name, text] of kScene) {
    await people[name].say(text);
    await ada.message(text.split(/[*`\n]/)[0]).waitFor();
  }
  for (const [name, text, action] of kReactions) await people[name].act(text, action);
  await ada.message('Then I say').getByTestId('reaction').waitFor();
  await ada.page.getByTestId('members-button').filter({ hasText: '3' }).waitFor();

  await grace.message('I tried it').hover();
  await grace.message('I tried it').getByTestId('reply').click();
  await grace.page.getByTestId('thread-composer').fill('With kill -9? On the train?');
  await grace.page.getByTestId('thread-composer').press('Enter');
  await alan.message('I tried it').getByTestId('open-thread').click();
  await alan.page.getByTestId('thread-composer').fill('Three times.');
  await alan.page.getByTestId('thread-composer').press('Enter');
  await grace.page.getByTestId('thread').getByText('Three times.').waitFor();

  await alan.page.getByTestId('composer').pressSequentially('Me too');
  await ada.page.getByTestId('typing').filter({ hasText: 'alan' }).waitFor();
  await ada.page.mouse.move(0, 0);
  await grace.page.mouse.move(0, 0);
  await ada.page.screenshot({ path: path.join(kFolder, 'chat-light.png') });
  await grace.page.screenshot({ path: path.join(kFolder, 'chat-dark.png') });

  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
  const pocket = await Visitor.open(browser, hubbub.url, 'ada', phone);
  await pocket.signIn(kPassword);
  await pocket.page.getByTestId('channel-link').filter({ hasText: 'engines' }).click();
  await pocket.message('Then I say').waitFor();
  await pocket.page.waitForTimeout(500);
  await pocket.page.screenshot({ path: path.join(kFolder, 'chat-phone.png') });
} finally {
  await browser.close();
  await hubbub.stop();
}
