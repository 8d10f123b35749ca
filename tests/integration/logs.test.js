import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { request } from '../support/http.js';

const kSecret = 'the-content-of-a-message-47f1';
const kForged = '{"time":"x","level":"error","event":"forged"}';
const kClient = '198.51.100.77';

describe('logs', () => {
  let hubbub;
  let user;
  const secrets = [kSecret];
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_LOG_LEVEL: 'debug', HUBBUB_TRUSTED_PROXIES: '127.0.0.1' } });
    user = await signUp(hubbub.url);
    secrets.push(user.password, user.session.accessToken, user.session.refreshToken);
    const client = await ChatClient.connect(hubbub.url, user.session.accessToken);
    const channel = await createChannel(user);
    const { message } = await client.send(channel, kSecret);
    await client.ask('edit_message', { chatChannelId: channel, messageId: message.id, content: `${kSecret}, edited` });
    await client.send(channel, `${kSecret}\u0000`);
    await client.ask(`${kSecret}\r\n${kForged}`, {}).catch(() => {});
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': kClient, 'user-agent': kForged };
    const body = JSON.stringify({ username: user.username, password: `${kSecret}\r\n${kForged}` });
    await request(`${hubbub.url}/api/v1/auth/login`, { method: 'POST', headers, body });
    await request(`${hubbub.url}/api/v1/${encodeURIComponent(`\r\n${kForged}`)}`);
    await new Api(hubbub.url, `${user.session.accessToken}x`).get('/me');
    await assert.rejects(ChatClient.connect(hubbub.url, `${user.session.accessToken}x`));
    const raw = await request(`${hubbub.url}/socket.io/?EIO=4&transport=polling&x=${encodeURIComponent(kForged)}`);
    const sid = JSON.parse(raw.text.slice(1)).sid;
    await request(`${hubbub.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: `42["${kSecret}\r\n${kForged}` });
    client.close();
  });
  after(() => hubbub?.stop());

  const lines = () => hubbub.program.log.trimEnd().split('\n').filter((line) => !line.startsWith('hubbub is at'));

  test('every line is one JSON object with time, level and event', () => {
    assert.ok(lines().length > 10);
    for (const line of lines()) {
      const { time, level, event } = JSON.parse(line);
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.match(level, /^(debug|info|warn|error)$/);
      assert.match(event, /^[a-z_]+$/);
    }
  });

  test('no message, password or token is in them, and nobody forges a line', () => {
    for (const secret of secrets) assert.ok(!hubbub.program.log.includes(secret), secret);
    assert.ok(lines().every((line) => JSON.parse(line).event !== 'forged'));
  });

  test('who failed to sign in or to connect is named by address, as a trusted proxy gives it', () => {
    const logged = lines().map((line) => JSON.parse(line));
    assert.equal(logged.find(({ event }) => event === 'login_failed')?.address, kClient);
    const refused = logged.find(({ event }) => event === 'socket_refused');
    assert.equal(refused?.code, 'auth.token_invalid');
    assert.equal(refused.address, '127.0.0.1');
    assert.equal(typeof refused.socket, 'string');
  });
});
