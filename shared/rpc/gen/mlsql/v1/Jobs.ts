// Original file: proto/mlsql/v1/jobs.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CancelJobRequest as _mlsql_v1_CancelJobRequest, CancelJobRequest__Output as _mlsql_v1_CancelJobRequest__Output } from '../../mlsql/v1/CancelJobRequest.js';
import type { CancelJobResponse as _mlsql_v1_CancelJobResponse, CancelJobResponse__Output as _mlsql_v1_CancelJobResponse__Output } from '../../mlsql/v1/CancelJobResponse.js';
import type { GetJobRequest as _mlsql_v1_GetJobRequest, GetJobRequest__Output as _mlsql_v1_GetJobRequest__Output } from '../../mlsql/v1/GetJobRequest.js';
import type { Job as _mlsql_v1_Job, Job__Output as _mlsql_v1_Job__Output } from '../../mlsql/v1/Job.js';
import type { ListJobsRequest as _mlsql_v1_ListJobsRequest, ListJobsRequest__Output as _mlsql_v1_ListJobsRequest__Output } from '../../mlsql/v1/ListJobsRequest.js';
import type { ListJobsResponse as _mlsql_v1_ListJobsResponse, ListJobsResponse__Output as _mlsql_v1_ListJobsResponse__Output } from '../../mlsql/v1/ListJobsResponse.js';
import type { LogChunk as _mlsql_v1_LogChunk, LogChunk__Output as _mlsql_v1_LogChunk__Output } from '../../mlsql/v1/LogChunk.js';
import type { ReadLogsRequest as _mlsql_v1_ReadLogsRequest, ReadLogsRequest__Output as _mlsql_v1_ReadLogsRequest__Output } from '../../mlsql/v1/ReadLogsRequest.js';
import type { RetryJobRequest as _mlsql_v1_RetryJobRequest, RetryJobRequest__Output as _mlsql_v1_RetryJobRequest__Output } from '../../mlsql/v1/RetryJobRequest.js';
import type { RetryJobResponse as _mlsql_v1_RetryJobResponse, RetryJobResponse__Output as _mlsql_v1_RetryJobResponse__Output } from '../../mlsql/v1/RetryJobResponse.js';

/**
 * Jobs shows, follows, cancels and retries jobs.
 */
export interface JobsClient extends grpc.Client {
  /**
   * Cancels a job. Answers when the cancel is recorded; the attempts' process trees end within the grace.
   */
  CancelJob(argument: _mlsql_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _mlsql_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _mlsql_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _mlsql_v1_CancelJobRequest, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Cancels a job. Answers when the cancel is recorded; the attempts' process trees end within the grace.
   */
  cancelJob(argument: _mlsql_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _mlsql_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _mlsql_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _mlsql_v1_CancelJobRequest, callback: grpc.requestCallback<_mlsql_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * One job with all its groups and its story.
   */
  GetJob(argument: _mlsql_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _mlsql_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _mlsql_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _mlsql_v1_GetJobRequest, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  /**
   * One job with all its groups and its story.
   */
  getJob(argument: _mlsql_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _mlsql_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _mlsql_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _mlsql_v1_GetJobRequest, callback: grpc.requestCallback<_mlsql_v1_Job__Output>): grpc.ClientUnaryCall;
  
  /**
   * Lists jobs, newest first, without their groups.
   */
  ListJobs(argument: _mlsql_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _mlsql_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _mlsql_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _mlsql_v1_ListJobsRequest, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Lists jobs, newest first, without their groups.
   */
  listJobs(argument: _mlsql_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _mlsql_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _mlsql_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _mlsql_v1_ListJobsRequest, callback: grpc.requestCallback<_mlsql_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Streams log lines of a job's groups.
   */
  ReadLogs(argument: _mlsql_v1_ReadLogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_LogChunk__Output>;
  ReadLogs(argument: _mlsql_v1_ReadLogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_LogChunk__Output>;
  /**
   * Streams log lines of a job's groups.
   */
  readLogs(argument: _mlsql_v1_ReadLogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_LogChunk__Output>;
  readLogs(argument: _mlsql_v1_ReadLogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_LogChunk__Output>;
  
  /**
   * Starts a run that trains the groups of an ended job which have no accepted result, into a new version that keeps the
   * others' models. Answers when the run is recorded; Runs.FollowRun tells what becomes of it.
   */
  RetryJob(argument: _mlsql_v1_RetryJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  RetryJob(argument: _mlsql_v1_RetryJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  RetryJob(argument: _mlsql_v1_RetryJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  RetryJob(argument: _mlsql_v1_RetryJobRequest, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Starts a run that trains the groups of an ended job which have no accepted result, into a new version that keeps the
   * others' models. Answers when the run is recorded; Runs.FollowRun tells what becomes of it.
   */
  retryJob(argument: _mlsql_v1_RetryJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _mlsql_v1_RetryJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _mlsql_v1_RetryJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _mlsql_v1_RetryJobRequest, callback: grpc.requestCallback<_mlsql_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Jobs shows, follows, cancels and retries jobs.
 */
export interface JobsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Cancels a job. Answers when the cancel is recorded; the attempts' process trees end within the grace.
   */
  CancelJob: grpc.handleUnaryCall<_mlsql_v1_CancelJobRequest__Output, _mlsql_v1_CancelJobResponse>;
  
  /**
   * One job with all its groups and its story.
   */
  GetJob: grpc.handleUnaryCall<_mlsql_v1_GetJobRequest__Output, _mlsql_v1_Job>;
  
  /**
   * Lists jobs, newest first, without their groups.
   */
  ListJobs: grpc.handleUnaryCall<_mlsql_v1_ListJobsRequest__Output, _mlsql_v1_ListJobsResponse>;
  
  /**
   * Streams log lines of a job's groups.
   */
  ReadLogs: grpc.handleServerStreamingCall<_mlsql_v1_ReadLogsRequest__Output, _mlsql_v1_LogChunk>;
  
  /**
   * Starts a run that trains the groups of an ended job which have no accepted result, into a new version that keeps the
   * others' models. Answers when the run is recorded; Runs.FollowRun tells what becomes of it.
   */
  RetryJob: grpc.handleUnaryCall<_mlsql_v1_RetryJobRequest__Output, _mlsql_v1_RetryJobResponse>;
  
}

export interface JobsDefinition extends grpc.ServiceDefinition {
  CancelJob: MethodDefinition<_mlsql_v1_CancelJobRequest, _mlsql_v1_CancelJobResponse, _mlsql_v1_CancelJobRequest__Output, _mlsql_v1_CancelJobResponse__Output>
  GetJob: MethodDefinition<_mlsql_v1_GetJobRequest, _mlsql_v1_Job, _mlsql_v1_GetJobRequest__Output, _mlsql_v1_Job__Output>
  ListJobs: MethodDefinition<_mlsql_v1_ListJobsRequest, _mlsql_v1_ListJobsResponse, _mlsql_v1_ListJobsRequest__Output, _mlsql_v1_ListJobsResponse__Output>
  ReadLogs: MethodDefinition<_mlsql_v1_ReadLogsRequest, _mlsql_v1_LogChunk, _mlsql_v1_ReadLogsRequest__Output, _mlsql_v1_LogChunk__Output>
  RetryJob: MethodDefinition<_mlsql_v1_RetryJobRequest, _mlsql_v1_RetryJobResponse, _mlsql_v1_RetryJobRequest__Output, _mlsql_v1_RetryJobResponse__Output>
}
