// The two documents that Hubbub serves are valid by the validators of those who made the formats.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import SwaggerParser from '@apidevtools/swagger-parser';
import { Parser } from '@asyncapi/parser';

const file = (name) => fileURLToPath(new URL(`../../contract/generated/${name}.json`, import.meta.url));
const kWarning = 1;

test('the OpenAPI document is valid', async () => {
  const { openapi, paths } = await SwaggerParser.validate(file('openapi'));
  assert.equal(openapi, '3.1.0');
  assert.ok(Object.keys(paths).length > 10);
});

test('the AsyncAPI document is valid', async () => {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file('asyncapi'), 'utf8'));
  const faults = diagnostics.filter(({ severity }) => severity <= kWarning).map(({ message, path }) => `${path.join('/')}: ${message}`);
  assert.deepEqual(faults, []);
  assert.equal(document.version(), '3.0.0');
  assert.ok(document.operations().all().length > 20);
});
