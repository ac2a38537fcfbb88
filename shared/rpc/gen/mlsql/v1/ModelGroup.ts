// Original file: proto/mlsql/v1/functions.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelGroup {
  'algIndex'?: (number);
  /**
   * success, fail, cancelled.
   */
  'status'?: (string);
  'score'?: (number | string);
  'message'?: (string);
  'trainParams'?: ({[key: string]: string});
  'metrics'?: ({[key: string]: number | string});
  'attempts'?: (number);
  'executor'?: (string);
  'startTimeMs'?: (number | string | Long);
  'endTimeMs'?: (number | string | Long);
  'sizeBytes'?: (number | string | Long);
  '_score'?: "score";
}

export interface ModelGroup__Output {
  'algIndex': (number);
  /**
   * success, fail, cancelled.
   */
  'status': (string);
  'score'?: (number);
  'message': (string);
  'trainParams': ({[key: string]: string});
  'metrics': ({[key: string]: number});
  'attempts': (number);
  'executor': (string);
  'startTimeMs': (number);
  'endTimeMs': (number);
  'sizeBytes': (number);
  '_score'?: "score";
}
