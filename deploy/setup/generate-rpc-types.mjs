// Writes the TypeScript types of proto/mlsql/v1 to shared/rpc/gen (or to the folder given), by proto-loader's generator.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const outDir = process.argv[2] ?? join(root, 'shared/rpc/gen');
const protos = readdirSync(join(root, 'proto/mlsql/v1'))
  .filter((name) => name.endsWith('.proto'))
  .sort()
  .map((name) => `mlsql/v1/${name}`);

rmSync(outDir, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js'),
    '--longs=Number',
    '--enums=String',
    '--defaults',
    '--oneofs',
    '--includeComments',
    '--grpcLib=@grpc/grpc-js',
    '--includeDirs=proto',
    `--outDir=${outDir}`,
    '--targetFileExtension=.ts',
    '--importFileExtension=.js',
    ...protos,
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
