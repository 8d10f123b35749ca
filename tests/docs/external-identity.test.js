// The guide's commands make the keys, its module signs the token, and the server takes it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Api } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';

const guide = readFileSync(fileURLToPath(new URL('../../docs/guides/external-identity.md', import.meta.url)), 'utf8');
const blocks = (language) => [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]);

test('the guide to external identity does what it says', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hubbub-identity-'));
  let hubbub;
  try {
    const [makeKeys, serve] = blocks('sh');
    execFileSync('bash', ['-ec', makeKeys], { cwd: folder, stdio: 'pipe' });
    const settings = Object.fromEntries([...serve.matchAll(/(HUBBUB_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    const file = path.join(folder, settings.HUBBUB_EXTERNAL_PUBLIC_KEY_FILE);
    hubbub = await Hubbub.start({ env: { ...settings, HUBBUB_EXTERNAL_PUBLIC_KEY_FILE: file } });

    const [module] = blocks('js');
    writeFileSync(path.join(folder, 'token.mjs'), `${module}\nconsole.log(chatToken({ id: 'u-1', login: 'ann', name: 'Ann Lee' }));\n`);
    const token = execFileSync(process.execPath, ['token.mjs'], { cwd: folder, encoding: 'utf8' }).trim();

    const client = await ChatClient.connect(hubbub.url, token);
    const { body } = await new Api(hubbub.url, token).get('/me');
    assert.deepEqual([body.user.username, body.user.displayName], ['ann', 'Ann Lee']);
    assert.equal(client.all('connected')[0].userId, body.user.id);
    client.close();
  } finally {
    await hubbub?.stop();
    rmSync(folder, { recursive: true });
  }
});
