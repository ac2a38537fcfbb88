// Sets a fresh clone up: node packages, Python environments, build. Run by `npm run demo`, `npm test` and `npm run bench`,
// and by `npm run setup` on its own (`-- --dev` adds what developers need). Quick when nothing changed.
import { ensureBuild } from './build.mjs';
import { checkNode, ensureNodePackages } from './node-packages.mjs';
import { ensurePython } from './python.mjs';
import { SetupError, withSetupLock } from './support.mjs';

const dev = process.argv.includes('--dev');

try {
  checkNode();
  await withSetupLock(async () => {
    const results = await Promise.allSettled([
      ensureNodePackages().then(() => ensureBuild()),
      ensurePython({ dev }),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`set-up failed: ${error.message}\n`);
  process.exitCode = 1;
}
