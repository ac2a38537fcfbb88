// S3 servers are object stores: the same suite as for a local directory, on each of them.
import { afterAll, beforeAll, describe } from 'vitest';
import { openS3Store } from '../../shared/object-store/s3/open-s3-store.js';
import { MINIO, VERSITYGW, whereIs } from '../servers/go-program.js';
import { type S3Server, startS3Server } from '../servers/s3-server.js';
import { objectStoreConformance } from './object-store.js';

describe.each([
  ['minio', MINIO],
  ['versitygw', VERSITYGW],
] as const)('%s', (name, program) => {
  describe.skipIf(whereIs(program) === undefined)('as a store', () => {
    let server: S3Server;
    let buckets = 0;
    beforeAll(async () => {
      server = await startS3Server(name);
    }, 600_000);
    afterAll(async () => {
      await server?.stop();
    });

    for (const prefix of ['', '/deep/prefix of 中'])
      objectStoreConformance(
        `${name}${prefix}`,
        async () => {
          const bucket = `bucket-${++buckets}`;
          server.bucket(bucket);
          return {
            store: openS3Store(`s3://${bucket}${prefix}`, server.env),
            close: () => Promise.resolve(),
            env: server.env,
          };
        },
        { prefixBytes: Buffer.byteLength(prefix) },
      );
  });
});
