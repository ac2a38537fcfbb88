// Original file: proto/mlsql/v1/executors.proto

import type { AttemptUpdate as _mlsql_v1_AttemptUpdate, AttemptUpdate__Output as _mlsql_v1_AttemptUpdate__Output } from '../../mlsql/v1/AttemptUpdate.js';
import type { Long } from '@grpc/proto-loader';

export interface Hello {
  'name'?: (string);
  /**
   * Random, new at each start of the process.
   */
  'session'?: (string);
  'protocolMin'?: (number);
  'protocolMax'?: (number);
  /**
   * Attempts and function workers it runs at once.
   */
  'slots'?: (number);
  'cpus'?: (number | string);
  'memoryBytes'?: (number | string | Long);
  'gpus'?: (number);
  'host'?: (string);
  'pid'?: (number);
  'version'?: (string);
  /**
   * Version of the default interpreter, "3.11.7"; empty: none found.
   */
  'pythonVersion'?: (string);
  /**
   * Contents that the cache holds, lower-case hexadecimal SHA-256 (the newest 100,000 at most).
   */
  'cachedBlobs'?: (string)[];
  /**
   * Attempts that still run or whose result is held.
   */
  'attempts'?: (_mlsql_v1_AttemptUpdate)[];
}

export interface Hello__Output {
  'name': (string);
  /**
   * Random, new at each start of the process.
   */
  'session': (string);
  'protocolMin': (number);
  'protocolMax': (number);
  /**
   * Attempts and function workers it runs at once.
   */
  'slots': (number);
  'cpus': (number);
  'memoryBytes': (number);
  'gpus': (number);
  'host': (string);
  'pid': (number);
  'version': (string);
  /**
   * Version of the default interpreter, "3.11.7"; empty: none found.
   */
  'pythonVersion': (string);
  /**
   * Contents that the cache holds, lower-case hexadecimal SHA-256 (the newest 100,000 at most).
   */
  'cachedBlobs': (string)[];
  /**
   * Attempts that still run or whose result is held.
   */
  'attempts': (_mlsql_v1_AttemptUpdate__Output)[];
}
