// Every test, in stages: types and lint, generated code fresh, vitest, pytest. Ends with one line that counts them all.
// --fast: only what takes under a minute. Set-up has run before (npm test does it).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fast = process.argv.includes('--fast');
const scratch = mkdtempSync(join(tmpdir(), 'mlsql-test-'));
const bin = (name) => join(root, 'node_modules/.bin', name);
const python = join(root, '.venv/bin/python');
const total = { passed: 0, failed: 0, skipped: 0 };

function stage(title, command, args, env = {}) {
  console.log(`\n== ${title}`);
  const started = Date.now();
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  console.log(
    `== ${title}: ${status === 0 ? 'passed' : `FAILED (${error?.message ?? `exit ${status}`})`} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  return status === 0;
}

/** A stage that is one check, not a test runner. */
function check(title, command, args) {
  total[stage(title, command, args) ? 'passed' : 'failed'] += 1;
}

function vitest(title, project) {
  const report = join(scratch, `${project}.json`);
  const ok = stage(title, bin('vitest'), [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const before = total.failed;
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += counts.numPassedTests;
    total.failed += counts.numFailedTests;
    total.skipped += counts.numPendingTests + counts.numTodoTests;
  } catch (error) {
    console.error(`no report of ${title}: ${error.message}`);
  }
  if (!ok && total.failed === before) total.failed += 1;
}

function pytest(title, marker) {
  const report = join(scratch, 'pytest.xml');
  const ok = stage(
    title,
    python,
    ['-m', 'pytest', 'python/tests', '-q', '-m', marker, `--junitxml=${report}`, '-p', 'no:cacheprovider'],
    { PYTHONDONTWRITEBYTECODE: '1' },
  );
  const before = total.failed;
  try {
    const suite = readFileSync(report, 'utf8').match(/<testsuite [^>]*>/)?.[0] ?? '';
    const count = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    total.failed += failed;
    total.skipped += count('skipped');
    total.passed += count('tests') - failed - count('skipped');
  } catch (error) {
    console.error(`no report of ${title}: ${error.message}`);
  }
  if (!ok && total.failed === before) total.failed += 1;
}

check('types', bin('tsc'), ['--noEmit', '-p', '.']);
check('lint', bin('biome'), ['check', '.']);
check('generated gRPC types are fresh', process.execPath, ['test/generated-fresh.mjs']);
vitest('unit tests', 'fast');
pytest('Python runtime', fast ? 'not slow and not long' : '');
if (!fast) vitest('real clusters', 'real');

rmSync(scratch, { recursive: true, force: true });
if (process.env.CI === 'true' && total.skipped > 0) {
  console.log(`\n${total.skipped} tests were skipped, and with CI=true none may be`);
  total.failed += 1;
}
console.log(`\ntests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
