import { asComponents, checkCodes, refusal, schemaOf } from './shapes.mjs';

const json = (schema) => ({ 'application/json': { schema } });

function errorsOf(path, route, common) {
  const takesInput = path.includes('{') || route.query || route.body;
  return [
    ...common.any,
    ...(takesInput ? common.input : []),
    ...(route.public ? [] : common.token),
    ...(route.body ? common.body : []),
    ...(path.includes('{chatChannelId}') ? common.channel : []),
    ...(route.errors ?? []),
  ];
}

function parametersOf(path, route) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: schemaOf('Id') }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, shape]) => ({
    name: name.replace('?', ''),
    in: 'query',
    required: !name.endsWith('?'),
    schema: schemaOf(shape),
  }));
  return [...inPath, ...inQuery];
}

function refusals(codes, errors) {
  const known = errors.filter(({ name }) => codes.includes(name));
  const response = (rows) => {
    const schema = { type: 'object', required: ['error'], properties: { error: refusal(rows.map(({ name }) => name)) } };
    const headers = { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } };
    const description = rows.map(({ name, message }) => `\`${name}\`: ${message}`).join('\n\n');
    return { description, content: json(schema), ...(rows[0].status === 429 || rows[0].status === 503 ? { headers } : {}) };
  };
  const statuses = [...new Set(known.map(({ status }) => status))];
  return Object.fromEntries(statuses.map((status) => [status, response(known.filter((row) => row.status === status))]));
}

function operation(name, route, { errors, common }) {
  const [, path] = name.split(' ');
  const codes = errorsOf(path, route, common);
  checkCodes(codes, errors, name);
  const answers = Object.entries(route.answers).map(([status, shape]) => [
    status,
    shape === null ? { description: 'Done' } : { description: 'Done', content: json(schemaOf(shape)) },
  ]);
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [path.split('/')[1]],
    ...(route.public ? { security: [] } : {}),
    parameters: parametersOf(path, route),
    ...(route.body ? { requestBody: { required: true, content: json(schemaOf(route.body, { nullable: true })) } } : {}),
    responses: { ...Object.fromEntries(answers), ...refusals(codes, errors) },
  };
}

/** The OpenAPI 3.1 document of the table contract/rest.json. */
export function openApi({ rest, schemas, errors, common, version }) {
  const paths = {};
  for (const [name, route] of Object.entries(rest)) {
    const [method, path] = name.split(' ');
    (paths[path] ??= {})[method.toLowerCase()] = operation(name, route, { errors, common });
  }
  return asComponents({
    openapi: '3.1.0',
    info: {
      title: 'Hubbub over HTTP',
      version,
      description: 'Messages are sent over Socket.IO (/api/asyncapi.json); everything else is here. The guide: docs/guides/clients.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ accessToken: [] }],
    tags: [...new Set(Object.keys(rest).map((name) => name.split('/')[1]))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: schemas.$defs,
    },
  });
}
