import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PRODUCT_ROOT } from '../../shared/paths.js';
import { MINIO } from '../../test/servers/go-program.js';

test('the stack brings the MinIO that the tests run', () => {
  const dockerfile = readFileSync(join(PRODUCT_ROOT, 'deploy/images/minio.Dockerfile'), 'utf8');
  expect(/^ARG MINIO_VERSION=(\S+)$/m.exec(dockerfile)?.[1]).toBe(MINIO.version);
});
