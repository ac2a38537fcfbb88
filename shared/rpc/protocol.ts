// Which protocols a client speaks, told with each call. A client of another make tells nothing, and speaks the oldest.
import type { Metadata } from '@grpc/grpc-js';
import { MlsqlError } from '../errors.js';
import { PROTOCOL_MAX, PROTOCOL_MIN, VERSION } from '../version.js';

const KEY = 'mlsql-protocol';

/** Adds this client's range and version: `1-3 0.4.0`. */
export function tellProtocol(metadata: Metadata): void {
  metadata.set(KEY, `${PROTOCOL_MIN}-${PROTOCOL_MAX} ${VERSION}`);
}

/** @throws MlsqlError MLSQL_CLUSTER_PROTOCOL that names both versions, where the ranges do not meet */
export function checkProtocol(metadata: Metadata): void {
  const told = metadata.get(KEY)[0];
  if (told === undefined) return;
  const match = /^(\d{1,6})-(\d{1,6}) (\S{1,100})$/.exec(String(told));
  const [min, max] = [Number(match?.[1] ?? Number.NaN), Number(match?.[2] ?? Number.NaN)];
  if (min <= PROTOCOL_MAX && max >= PROTOCOL_MIN) return;
  const theirs =
    match === null
      ? `"${String(told).slice(0, 100)}"`
      : `${match[3]} speaks protocol ${match[1]} to ${match[2]}`;
  throw new MlsqlError(
    'MLSQL_CLUSTER_PROTOCOL',
    `client ${theirs}, coordinator ${VERSION} speaks protocol ${PROTOCOL_MIN} to ${PROTOCOL_MAX}`,
    { hint: 'use a client of a version that is nearer to the coordinator’s' },
  );
}
