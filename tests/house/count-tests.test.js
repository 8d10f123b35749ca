import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../tools/count-tests', import.meta.url));

/** What count-tests prints for a folder of reports. */
function count(reports) {
  const folder = mkdtempSync(path.join(tmpdir(), 'hubbub-house-'));
  try {
    for (const [name, text] of Object.entries(reports)) writeFileSync(path.join(folder, name), text);
    const { stdout, stderr } = spawnSync(script, [folder], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const gtest = (...cases) => `<testsuites><testsuite>${cases.join('')}</testsuite></testsuites>`;
const pass = '<testcase name="a" status="run" result="completed" />';
const fail = '<testcase name="b" status="run" result="completed"><failure message="no"/></testcase>';
const skip = '<testcase name="c" status="run" result="skipped"><skipped message="no"/></testcase>';
const disabled = '<testcase name="d" status="notrun" result="suppressed" />';
const ctest = (...cases) =>
  `<testsuite>${cases.map(([name, status]) => `<testcase name="${name}" status="${status}"/>`).join('')}</testsuite>`;

test('counts the tests of a GoogleTest program, not the program', () => {
  assert.equal(count({ 'net_test.xml': gtest(pass, pass, fail, skip, disabled), 'ctest.xml': ctest(['net', 'fail']) }), '2 1 1');
});

test('counts a program without a report as one test', () => {
  assert.equal(count({ 'ctest.xml': ctest(['layers', 'run'], ['crashed', 'fail']) }), '1 1 0');
});

test('counts a failure that no test explains, such as a leak found at exit', () => {
  assert.equal(count({ 'net_test.xml': gtest(pass, pass), 'ctest.xml': ctest(['net', 'fail']) }), '2 1 0');
});

test('counts the summary of node --test; what was cancelled failed', () => {
  const tap = '# Subtest: # fail 9\n# tests 6\n# suites 1\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n';
  assert.equal(count({ 'report.tap': tap }), '3 2 1');
});

test('counts what Vitest reports, and a file that does not load', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'passed', assertionResults: [{}] },
  ];
  const totals = { numPassedTests: 4, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 };
  assert.equal(count({ 'vitest.json': JSON.stringify({ ...totals, testResults }) }), '4 1 1');
});
