// Original file: proto/mlsql/v1/jobs.proto

import type { Long } from '@grpc/proto-loader';

export interface StoryLine {
  'timeMs'?: (number | string | Long);
  'text'?: (string);
}

export interface StoryLine__Output {
  'timeMs': (number);
  'text': (string);
}
