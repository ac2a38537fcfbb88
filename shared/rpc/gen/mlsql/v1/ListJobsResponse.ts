// Original file: proto/mlsql/v1/jobs.proto

import type { Job as _mlsql_v1_Job, Job__Output as _mlsql_v1_Job__Output } from '../../mlsql/v1/Job.js';

export interface ListJobsResponse {
  'jobs'?: (_mlsql_v1_Job)[];
}

export interface ListJobsResponse__Output {
  'jobs': (_mlsql_v1_Job__Output)[];
}
