// Original file: proto/mlsql/v1/runs.proto

import type { GroupStatus as _mlsql_v1_GroupStatus, GroupStatus__Output as _mlsql_v1_GroupStatus__Output } from '../../mlsql/v1/GroupStatus.js';
import type { JobSummary as _mlsql_v1_JobSummary, JobSummary__Output as _mlsql_v1_JobSummary__Output } from '../../mlsql/v1/JobSummary.js';

export interface JobEvent {
  'jobId'?: (string);
  /**
   * The train's path as the statement wrote it.
   */
  'path'?: (string);
  /**
   * The version it fills (keepVersion=true); absent: it replaces the path itself.
   */
  'version'?: (number);
  /**
   * PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED.
   */
  'state'?: (string);
  /**
   * Why it is in that state, in words.
   */
  'reason'?: (string);
  /**
   * The groups that changed since the event before.
   */
  'groups'?: (_mlsql_v1_GroupStatus)[];
  /**
   * Set in a job's last event.
   */
  'summary'?: (_mlsql_v1_JobSummary | null);
  '_version'?: "version";
}

export interface JobEvent__Output {
  'jobId': (string);
  /**
   * The train's path as the statement wrote it.
   */
  'path': (string);
  /**
   * The version it fills (keepVersion=true); absent: it replaces the path itself.
   */
  'version'?: (number);
  /**
   * PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED.
   */
  'state': (string);
  /**
   * Why it is in that state, in words.
   */
  'reason': (string);
  /**
   * The groups that changed since the event before.
   */
  'groups': (_mlsql_v1_GroupStatus__Output)[];
  /**
   * Set in a job's last event.
   */
  'summary': (_mlsql_v1_JobSummary__Output | null);
  '_version'?: "version";
}
