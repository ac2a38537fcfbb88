// Original file: proto/mlsql/v1/jobs.proto

import type { GroupStatus as _mlsql_v1_GroupStatus, GroupStatus__Output as _mlsql_v1_GroupStatus__Output } from '../../mlsql/v1/GroupStatus.js';
import type { JobSummary as _mlsql_v1_JobSummary, JobSummary__Output as _mlsql_v1_JobSummary__Output } from '../../mlsql/v1/JobSummary.js';
import type { StoryLine as _mlsql_v1_StoryLine, StoryLine__Output as _mlsql_v1_StoryLine__Output } from '../../mlsql/v1/StoryLine.js';
import type { Long } from '@grpc/proto-loader';

export interface Job {
  'jobId'?: (string);
  'runId'?: (string);
  'path'?: (string);
  'version'?: (number);
  /**
   * PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED.
   */
  'state'?: (string);
  'reason'?: (string);
  'user'?: (string);
  'submitTimeMs'?: (number | string | Long);
  'endTimeMs'?: (number | string | Long);
  'groups'?: (_mlsql_v1_GroupStatus)[];
  'summary'?: (_mlsql_v1_JobSummary | null);
  /**
   * What happened to the job, in order of time.
   */
  'story'?: (_mlsql_v1_StoryLine)[];
  'groupsTotal'?: (number);
  'groupsSucceeded'?: (number);
  'groupsFailed'?: (number);
  /**
   * Only by GetJob: the client's files and folders that the train named, as it wrote them: script, project, resources.
   */
  'clientFiles'?: (string)[];
  '_version'?: "version";
}

export interface Job__Output {
  'jobId': (string);
  'runId': (string);
  'path': (string);
  'version'?: (number);
  /**
   * PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED.
   */
  'state': (string);
  'reason': (string);
  'user': (string);
  'submitTimeMs': (number);
  'endTimeMs': (number);
  'groups': (_mlsql_v1_GroupStatus__Output)[];
  'summary': (_mlsql_v1_JobSummary__Output | null);
  /**
   * What happened to the job, in order of time.
   */
  'story': (_mlsql_v1_StoryLine__Output)[];
  'groupsTotal': (number);
  'groupsSucceeded': (number);
  'groupsFailed': (number);
  /**
   * Only by GetJob: the client's files and folders that the train named, as it wrote them: script, project, resources.
   */
  'clientFiles': (string)[];
  '_version'?: "version";
}
