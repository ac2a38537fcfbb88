// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface Draining {
  'reason'?: (string);
  /**
   * In how many milliseconds what still runs is stopped, for another executor to take; 0: as long as it takes.
   */
  'deadlineMs'?: (number | string | Long);
}

export interface Draining__Output {
  'reason': (string);
  /**
   * In how many milliseconds what still runs is stopped, for another executor to take; 0: as long as it takes.
   */
  'deadlineMs': (number);
}
