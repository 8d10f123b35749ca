import assert from 'node:assert/strict';
import { createChannel, signUp } from './api.js';
import { ChatClient } from './chat-client.js';
import { request } from './http.js';

/** Somebody else's chat, which must go on whatever one client does to the server. */
export class Witness {
  static async start(hubbub) {
    const [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    const channel = await createChannel(alice, { members: [bob] });
    const witness = new Witness();
    Object.assign(witness, { hubbub, alice, bob, channel, said: 0 });
    witness.sender = await ChatClient.connect(hubbub.url, alice.session.accessToken);
    witness.reader = await ChatClient.connect(hubbub.url, bob.session.accessToken);
    return witness;
  }

  /** That /healthz answers and a message goes from one to the other. */
  async check() {
    assert.equal((await request(`${this.hubbub.url}/healthz`)).status, 200);
    const content = `still here ${++this.said}`;
    const ack = await this.sender.send(this.channel, content);
    assert.equal(ack.ok, true, JSON.stringify(ack));
    await this.reader.see('new_message', ({ message }) => message.content === content, { everyMs: 2 });
  }

  close() {
    this.sender.close();
    this.reader.close();
  }
}
