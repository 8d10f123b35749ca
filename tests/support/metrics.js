import assert from 'node:assert/strict';
import { request } from './http.js';

const kSample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/** What /metrics says: values by `name` or `name{label="value"}`, held against the text format 0.0.4 on the way. */
export async function scrape(url) {
  const { status, headers, text } = await request(`${url}/metrics`);
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/plain/);
  const values = new Map();
  const types = new Map();
  const helped = new Set();
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      assert.ok(!helped.has(name), `${name} is explained twice`);
      helped.add(name);
    } else if (kind === 'TYPE') {
      assert.ok(helped.has(name), `${name} is not explained`);
      assert.ok(!types.has(name), `${name} has two types`);
      types.set(name, rest);
    } else {
      const [, sample, labels, value] = kSample.exec(line) ?? assert.fail(`no sample: ${line}`);
      assert.ok(typeOf(sample, types), `${sample} has no type`);
      const key = labels ? `${sample}{${labels}}` : sample;
      assert.ok(!values.has(key), `${key} is there twice`);
      assert.ok(value === '+Inf' || Number.isFinite(Number(value)), line);
      values.set(key, Number(value));
    }
  }
  for (const [name, type] of types) {
    if (type === 'counter') assert.match(name, /_total$/);
    if (type === 'histogram') assertHistogram(name, values);
  }
  return values;
}

function typeOf(sample, types) {
  const family = sample.replace(/_(bucket|sum|count)$/, '');
  return types.get(family) === 'histogram' ? 'histogram' : types.get(sample);
}

/** Buckets grow up to +Inf, which holds all. */
function assertHistogram(name, values) {
  for (const [key, count] of values) {
    if (key !== `${name}_count` && !key.startsWith(`${name}_count{`)) continue;
    const labels = key.slice(`${name}_count`.length).replace(/^\{|\}$/g, '');
    const prefix = `${name}_bucket{${labels ? `${labels},` : ''}le=`;
    const buckets = [...values].filter(([other]) => other.startsWith(prefix));
    assert.deepEqual(buckets.map(([, value]) => value), buckets.map(([, value]) => value).sort((a, b) => a - b), key);
    assert.match(buckets.at(-1)[0], /le="\+Inf"\}$/);
    assert.equal(buckets.at(-1)[1], count, key);
  }
}
