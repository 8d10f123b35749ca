import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { assertError } from '../support/api.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';

describe('the served documents', () => {
  let hubbub;
  before(async () => {
    hubbub = await Hubbub.start();
  });
  after(() => hubbub?.stop());

  for (const name of ['openapi', 'asyncapi']) {
    test(`/api/${name}.json is the contract, for everybody, and is not sent twice`, async () => {
      const url = `${hubbub.url}/api/${name}.json`;
      const plain = await request(url);
      assert.equal(plain.status, 200);
      assert.equal(plain.headers['content-type'], 'application/json');
      assert.equal(plain.text, readFileSync(new URL(`../../contract/generated/${name}.json`, import.meta.url), 'utf8'));
      const packed = await request(url, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(gunzipSync(packed.bytes).toString(), plain.text);
      const again = await request(url, { headers: { 'if-none-match': plain.headers.etag } });
      assert.equal(again.status, 304);
      const refused = await request(url, { method: 'POST' });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.allow, 'GET, HEAD');
      assertError(JSON.parse(refused.text).error, 'http.method_not_allowed');
    });
  }
});
