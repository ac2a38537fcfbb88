// The product's version and the protocol versions it speaks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRODUCT_ROOT } from './paths.js';

/** Version of package.json. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(PRODUCT_ROOT, 'package.json'), 'utf8')) as { version: string }
).version;

/** Oldest and newest version of the gRPC protocol that this build understands. */
export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 1;
