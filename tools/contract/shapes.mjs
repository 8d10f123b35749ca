// What both documents are made of: the shapes of contract/schemas.json, and the tables' short way to write an object.

/**
 * The schema of a shape as the tables write it: the name of one of the schemas, [its items], a JSON Schema, or an object of
 * fields, where a name that ends in `?` may be missing. `nullable`: what may be missing may be null too, as in requests.
 */
export function schemaOf(shape, { nullable = false } = {}) {
  if (typeof shape === 'string') return { $ref: `#/$defs/${shape}` };
  if (Array.isArray(shape)) return { type: 'array', items: schemaOf(shape[0]) };
  if (['$ref', 'type', 'enum', 'oneOf'].some((keyword) => isKeyword(shape, keyword))) return shape;
  const fields = Object.entries(shape).map(([name, inner]) => [name.replace('?', ''), schemaOf(inner), name.endsWith('?')]);
  return {
    type: 'object',
    required: fields.filter(([, , optional]) => !optional).map(([name]) => name),
    properties: Object.fromEntries(
      fields.map(([name, schema, optional]) => [name, optional && nullable ? { anyOf: [schema, { type: 'null' }] } : schema]),
    ),
  };
}

/** A field may be called `type`: as a keyword it is text or a list of texts that are types. */
function isKeyword(shape, keyword) {
  if (!(keyword in shape)) return false;
  const types = ['object', 'array', 'string', 'integer', 'boolean', 'null'];
  return keyword !== 'type' || [shape.type].flat().every((type) => types.includes(type));
}

/** The object of an ack or answer that refused, with one of `codes`. */
export const refusal = (codes) => ({
  allOf: [{ $ref: '#/$defs/ErrorBody' }, { properties: { code: { enum: codes } } }],
});

/** A copy in which the references to schemas.json are those of a document. */
export function asComponents(value) {
  return JSON.parse(JSON.stringify(value).replaceAll('#/$defs/', '#/components/schemas/'));
}

/** Throws unless every code is one of errors.json. */
export function checkCodes(codes, errors, where) {
  for (const code of codes) {
    if (!errors.some(({ name }) => name === code)) throw new Error(`${where}: no such error: ${code}`);
  }
}
