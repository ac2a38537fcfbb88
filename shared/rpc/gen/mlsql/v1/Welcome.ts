// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface Welcome {
  'epoch'?: (number | string | Long);
  'protocol'?: (number);
  'heartbeatMs'?: (number);
  'leaseMs'?: (number);
  /**
   * Where the executor finds the store: file:///dir or s3://bucket/prefix.
   */
  'storeUrl'?: (string);
  'clusterId'?: (string);
}

export interface Welcome__Output {
  'epoch': (number);
  'protocol': (number);
  'heartbeatMs': (number);
  'leaseMs': (number);
  /**
   * Where the executor finds the store: file:///dir or s3://bucket/prefix.
   */
  'storeUrl': (string);
  'clusterId': (string);
}
