import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const schemas = JSON.parse(readFileSync(new URL('../../contract/schemas.json', import.meta.url)));

const isOfType = {
  string: (value) => typeof value === 'string',
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** That `value` has exactly the shape `name` of contract/schemas.json: no field less, none more. */
export function assertShape(name, value) {
  const faults = [];
  check(schemas.$defs[name], value, name, faults);
  assert.deepEqual(faults, [], `${name}: ${JSON.stringify(value)}`);
}

function check(schema, value, where, faults) {
  if (schema.$ref) return check(schemas.$defs[schema.$ref.split('/').at(-1)], value, where, faults);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType[type](value))) return faults.push(`${where} is not ${types}`);
  if (schema.enum && !schema.enum.includes(value)) faults.push(`${where} is none of ${schema.enum}`);
  if (schema.format === 'date-time' && value !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) {
    faults.push(`${where} is not a time in milliseconds, UTC`);
  }
  if (schema.items && Array.isArray(value)) {
    value.forEach((item, i) => check(schema.items, item, `${where}[${i}]`, faults));
  }
  if (schema.properties && isOfType.object(value)) checkFields(schema, value, where, faults);
}

function checkFields(schema, value, where, faults) {
  for (const field of schema.required ?? []) {
    if (!(field in value)) faults.push(`${where}.${field} is missing`);
  }
  for (const [field, inner] of Object.entries(value)) {
    if (schema.properties[field]) check(schema.properties[field], inner, `${where}.${field}`, faults);
    else faults.push(`${where}.${field} is not in the contract`);
  }
}
