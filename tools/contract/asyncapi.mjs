import { asComponents, checkCodes, refusal, schemaOf } from './shapes.mjs';

const isTrue = { type: 'boolean', const: true };
const isFalse = { type: 'boolean', const: false };

/** `{"ok":true, …}` or `{"ok":false,"error":{…}}`. */
function ackSchema(event, codes) {
  const done = schemaOf(event.ack);
  return {
    oneOf: [
      { ...done, required: ['ok', ...done.required], properties: { ok: isTrue, ...done.properties } },
      { type: 'object', required: ['ok', 'error'], properties: { ok: isFalse, error: refusal(codes) } },
    ],
  };
}

function codesOf(name, event, { errors, common }) {
  const codes = [...common.input, ...common.any, ...(event.errors ?? [])];
  checkCodes(codes, errors, name);
  return codes;
}

/** The AsyncAPI 3 document of the table contract/events.json. */
export function asyncApi({ events, schemas, errors, common, version }) {
  const messages = {};
  const operations = {};
  const channel = { $ref: '#/channels/main' };
  const message = (name) => ({ $ref: `#/channels/main/messages/${name}` });
  for (const [name, event] of Object.entries(events.client)) {
    const codes = codesOf(name, event, { errors, common });
    messages[name] = { name, summary: event.summary, payload: schemaOf(event.object, { nullable: true }) };
    messages[`${name}.ack`] = { name: `the ack of ${name}`, payload: ackSchema(event, codes) };
    operations[name] = {
      action: 'receive',
      summary: event.summary,
      channel,
      messages: [message(name)],
      reply: { channel, messages: [message(`${name}.ack`)] },
    };
  }
  for (const [name, event] of Object.entries(events.server)) {
    // An event of that name may go both ways.
    const id = name in events.client ? `${name}.broadcast` : name;
    messages[id] = { name, summary: event.summary, payload: schemaOf(event.object) };
    operations[id] = { action: 'send', summary: event.summary, channel, messages: [message(id)] };
  }
  return asComponents({
    asyncapi: '3.0.0',
    info: {
      title: 'Hubbub over Socket.IO',
      version,
      description:
        'Socket.IO protocol 5, main namespace, `auth: { token }` with an access token of the REST interface (/api/openapi.json). ' +
        'A client event carries one object and, usually, an ack callback; without one a failure comes as the event `error`.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      main: {
        address: '/',
        description: 'The main namespace. Whoever is connected gets what concerns the channels it is a member of.',
        messages: Object.fromEntries(Object.keys(messages).map((id) => [id, { $ref: `#/components/messages/${id}` }])),
      },
    },
    operations,
    components: { messages, schemas: schemas.$defs },
  });
}
