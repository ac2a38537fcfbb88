// Generates the gRPC types again and compares: shared/rpc/gen must be what proto/ says.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'mlsql-gen-'));
try {
  execFileSync(process.execPath, [join(root, 'deploy/setup/generate-rpc-types.mjs'), folder], {
    stdio: 'inherit',
  });
  execFileSync('diff', ['-r', folder, join(root, 'shared/rpc/gen')], { stdio: 'inherit' });
} catch {
  console.error('shared/rpc/gen is not what proto/ says: run node deploy/setup/generate-rpc-types.mjs');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
