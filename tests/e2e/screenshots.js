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
  ['grace', 'Then I say we ship it.'],
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
  for (const channel of ['releases', 'design', 'engines']) await people.ada.createChannel(channel);
  for (const name of ['grace', 'alan']) await people[name].joinChannel('engines');
  for (const [name, text] of kScene) {
    await people[name].say(text);
    const said = people.ada.page.getByTestId('message').filter({ hasText: text.split(/[*`\n]/)[0] });
    await said.waitFor();
  }
  await people.ada.page.getByTestId('members-button').filter({ hasText: '3' }).waitFor();
  await people.alan.page.getByTestId('composer').pressSequentially('Me too');
  await people.ada.page.getByTestId('typing').filter({ hasText: 'alan' }).waitFor();
  for (const [name, file] of [['ada', 'chat-light'], ['grace', 'chat-dark']])
    await people[name].page.screenshot({ path: path.join(kFolder, `${file}.png`) });
} finally {
  await browser.close();
  await hubbub.stop();
}
