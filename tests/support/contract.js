// Holds what the server says against the documents that it serves. Api and ChatClient do so with everything they get.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const load = (name) => JSON.parse(readFileSync(new URL(`../../contract/generated/${name}.json`, import.meta.url)));
const openapi = load('openapi');
const asyncapi = load('asyncapi');

/** What the server sends has no field that is not in the contract; what it is sent may have any. */
function close(schema) {
  if (typeof schema !== 'object' || schema === null) return;
  if (schema.type === 'object' && schema.properties) schema.additionalProperties = false;
  for (const inner of Object.values(schema)) close(inner);
}
close(openapi.components.schemas);
close(asyncapi.components.schemas);
for (const methods of Object.values(openapi.paths)) {
  for (const { responses } of Object.values(methods)) close(responses);
}
const sentByServer = (id) => asyncapi.operations[id]?.action === 'send' || id.endsWith('.ack');
for (const [id, message] of Object.entries(asyncapi.components.messages)) {
  if (sentByServer(id)) close(message);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addSchema(openapi, 'openapi').addSchema(asyncapi, 'asyncapi');

const validators = new Map();
function validatorOf(document, ...path) {
  const pointer = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  const reference = `${document}#/${pointer}`;
  if (!validators.has(reference)) validators.set(reference, ajv.compile({ $ref: encodeURI(reference) }));
  return validators.get(reference);
}

function assertValid(validate, value, what) {
  if (validate(value)) return;
  const faults = validate.errors.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  assert.fail(`${what} is not as in the contract: ${faults.join('; ')}: ${JSON.stringify(value)}`);
}

/** That `value` has exactly the shape `name` of contract/schemas.json: no field less, none more. */
export function assertShape(name, value) {
  assertValid(validatorOf('openapi', 'components', 'schemas', name), value, name);
}

const routes = Object.keys(openapi.paths).map((pattern) => ({
  pattern,
  expression: new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`),
  literals: pattern.split('/').filter((segment) => !segment.startsWith('{')).length,
}));
routes.sort((a, b) => b.literals - a.literals);

/** That the documented operation may answer a call like that; an address without one is refused. */
export function assertAnswer(method, pathAndQuery, sent, { status, body }) {
  const path = pathAndQuery.split('?')[0];
  const route = routes.find(({ expression, pattern }) => expression.test(path) && openapi.paths[pattern][method.toLowerCase()]);
  const what = `${method} ${path}: ${status}`;
  if (!route) return assert.ok([404, 405].includes(status), `${what} is not in the contract`);
  const operation = ['paths', route.pattern, method.toLowerCase()];
  const { responses } = openapi.paths[route.pattern][method.toLowerCase()];
  assert.ok(responses[status], `${what} is not in the contract: ${JSON.stringify(body)}`);
  if (responses[status].content) {
    assertValid(validatorOf('openapi', ...operation, 'responses', status, 'content', 'application/json', 'schema'), body, what);
  } else {
    assert.equal(body, undefined, what);
  }
  if (status < 300 && typeof sent === 'object') {
    assertValid(validatorOf('openapi', ...operation, 'requestBody', 'content', 'application/json', 'schema'), sent, `the body of ${what}`);
  }
}

const payloadOf = (id) => validatorOf('asyncapi', 'components', 'messages', id, 'payload');

/** That an event of the server is documented, and like that. */
export function assertEvent(name, data) {
  const id = [`${name}.broadcast`, name].find(sentByServer);
  assert.ok(id, `the event ${name} is not in the contract`);
  assertValid(payloadOf(id), data, `the event ${name}`);
}

/** That the ack of a client event is like that, and, if it is `ok`, that the event was as documented. */
export function assertAck(name, args, ack) {
  if (asyncapi.operations[name]?.action !== 'receive') {
    return assert.equal(ack.error?.code, 'validation.unknown_event', `the event ${name} is not in the contract`);
  }
  assertValid(payloadOf(`${name}.ack`), ack, `the ack of ${name}`);
  if (!ack.ok) return;
  assertValid(payloadOf(name), args[0], `the event ${name}`);
  const recorded = [...(ack.events ?? []), ...Object.values(name === 'resume' ? ack.channels : {}).flatMap(({ events }) => events)];
  for (const { event, data } of recorded) assertEvent(event, data);
}
