// Every test, in stages: types and lint, generated code fresh, vitest, pytest, the simulation, crash points, a chaos soak. Ends with
// one line that counts them all.
// --fast: only what takes under a minute. Set-up has run before (npm test does it).
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fast = process.argv.includes('--fast');
const scratch = mkdtempSync(join(tmpdir(), 'mlsql-test-'));
const bin = (name) => join(root, 'node_modules/.bin', name);
const python = join(root, '.venv/bin/python');
const total = { passed: 0, failed: 0, skipped: 0 };

/** @param later - hold its output back until it has ended, since another stage writes meanwhile */
async function stage(title, command, args, env = {}, later = false, cwd = root) {
  if (!later) console.log(`\n== ${title}`);
  const started = Date.now();
  const said = join(scratch, `${title}.out`);
  const out = later ? openSync(said, 'w') : 'inherit';
  const how = await new Promise((resolve) => {
    spawn(command, args, { cwd, stdio: ['ignore', out, out], env: { ...process.env, ...env } })
      .on('error', (error) => resolve(error.message))
      .on('close', (status, signal) => resolve(status === 0 ? 'passed' : (signal ?? `exit ${status}`)));
  });
  if (later) {
    closeSync(out);
    console.log(`\n== ${title}\n${readFileSync(said, 'utf8').trimEnd()}`);
  }
  console.log(
    `== ${title}: ${how === 'passed' ? how : `FAILED (${how})`} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  return how === 'passed';
}

/** A stage that is one check, not a test runner. */
async function check(title, command, args, cwd = root) {
  total[(await stage(title, command, args, {}, false, cwd)) ? 'passed' : 'failed'] += 1;
}

async function vitest(title, project) {
  const report = join(scratch, `${project}.json`);
  const ok = await stage(title, bin('vitest'), [
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

async function pytest(title, marker) {
  const report = join(scratch, 'pytest.xml');
  const ok = await stage(
    title,
    python,
    ['-m', 'pytest', 'python/tests', '-q', '-m', marker, `--junitxml=${report}`, '-p', 'no:cacheprovider'],
    { PYTHONDONTWRITEBYTECODE: '1' },
    fast,
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

async function checks() {
  await check('types', bin('tsc'), ['--noEmit', '-p', '.']);
  await check('lint', bin('biome'), ['check', '.']);
  const folder = join(root, 'python');
  await check('Python types', join(root, '.venv/bin/mypy'), [], folder);
  await check('Python lint', join(root, '.venv/bin/ruff'), ['check', '.'], folder);
  await check('Python format', join(root, '.venv/bin/ruff'), ['format', '--check', '.'], folder);
  await check('generated gRPC types are fresh', process.execPath, ['test/generated-fresh.mjs']);
}
const unit = () => vitest('unit tests', 'fast');
const runtime = () => pytest('Python runtime', fast ? 'not slow and not long' : '');
if (fast) {
  // Python's tests run one by one and wait for processes half of their time: the others go on beside them.
  await Promise.all([runtime(), checks().then(unit)]);
} else {
  await checks();
  await unit();
  await runtime();
  await check('simulation', process.execPath, ['dist/test/simulation/main.js', '--seeds', '1000']);
  await check('planted bugs', process.execPath, ['dist/test/simulation/main.js', '--planted', 'all']);
  await check('servers', process.execPath, ['dist/test/servers/main.js']);
  await vitest('real clusters', 'real');
  // A sample, in an order of the seed's: all of them take some ten minutes (npm run test:crash-points).
  await check('crash points', process.execPath, ['dist/test/crash-points/main.js', '--seconds', '120']);
  // Other work on the machine slows one phase more than the other: here the counts decide, its figures are to be read.
  await check('chaos soak', process.execPath, ['dist/test/chaos/main.js', '--minutes', '2', '--counts-only']);
}

rmSync(scratch, { recursive: true, force: true });
if (process.env.CI === 'true' && total.skipped > 0) {
  console.log(`\n${total.skipped} tests were skipped, and with CI=true none may be`);
  total.failed += 1;
}
console.log(`\ntests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
