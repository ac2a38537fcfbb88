// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface Executor {
  'name'?: (string);
  /**
   * ready, quarantined (out of rotation for a while), draining, drained (it left as it was asked to), lost.
   */
  'state'?: (string);
  'slots'?: (number);
  'slotsBusy'?: (number);
  'cpus'?: (number | string);
  'memoryBytes'?: (number | string | Long);
  'gpus'?: (number);
  'host'?: (string);
  'pid'?: (number);
  'version'?: (string);
  'pythonVersion'?: (string);
  'cacheBytes'?: (number | string | Long);
  'connectedMs'?: (number | string | Long);
  /**
   * Why it takes no new work, and what it waits for; empty: it is ready.
   */
  'reason'?: (string);
  /**
   * Until when, milliseconds since 1970: the end of its quarantine, or the drain's deadline; 0: neither.
   */
  'untilMs'?: (number | string | Long);
}

export interface Executor__Output {
  'name': (string);
  /**
   * ready, quarantined (out of rotation for a while), draining, drained (it left as it was asked to), lost.
   */
  'state': (string);
  'slots': (number);
  'slotsBusy': (number);
  'cpus': (number);
  'memoryBytes': (number);
  'gpus': (number);
  'host': (string);
  'pid': (number);
  'version': (string);
  'pythonVersion': (string);
  'cacheBytes': (number);
  'connectedMs': (number);
  /**
   * Why it takes no new work, and what it waits for; empty: it is ready.
   */
  'reason': (string);
  /**
   * Until when, milliseconds since 1970: the end of its quarantine, or the drain's deadline; 0: neither.
   */
  'untilMs': (number);
}
