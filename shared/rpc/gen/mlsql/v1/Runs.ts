// Original file: proto/mlsql/v1/runs.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CancelRunRequest as _mlsql_v1_CancelRunRequest, CancelRunRequest__Output as _mlsql_v1_CancelRunRequest__Output } from '../../mlsql/v1/CancelRunRequest.js';
import type { CancelRunResponse as _mlsql_v1_CancelRunResponse, CancelRunResponse__Output as _mlsql_v1_CancelRunResponse__Output } from '../../mlsql/v1/CancelRunResponse.js';
import type { CloseSessionRequest as _mlsql_v1_CloseSessionRequest, CloseSessionRequest__Output as _mlsql_v1_CloseSessionRequest__Output } from '../../mlsql/v1/CloseSessionRequest.js';
import type { CloseSessionResponse as _mlsql_v1_CloseSessionResponse, CloseSessionResponse__Output as _mlsql_v1_CloseSessionResponse__Output } from '../../mlsql/v1/CloseSessionResponse.js';
import type { FollowRunRequest as _mlsql_v1_FollowRunRequest, FollowRunRequest__Output as _mlsql_v1_FollowRunRequest__Output } from '../../mlsql/v1/FollowRunRequest.js';
import type { GetRunRequest as _mlsql_v1_GetRunRequest, GetRunRequest__Output as _mlsql_v1_GetRunRequest__Output } from '../../mlsql/v1/GetRunRequest.js';
import type { ListRunsRequest as _mlsql_v1_ListRunsRequest, ListRunsRequest__Output as _mlsql_v1_ListRunsRequest__Output } from '../../mlsql/v1/ListRunsRequest.js';
import type { ListRunsResponse as _mlsql_v1_ListRunsResponse, ListRunsResponse__Output as _mlsql_v1_ListRunsResponse__Output } from '../../mlsql/v1/ListRunsResponse.js';
import type { OpenSessionRequest as _mlsql_v1_OpenSessionRequest, OpenSessionRequest__Output as _mlsql_v1_OpenSessionRequest__Output } from '../../mlsql/v1/OpenSessionRequest.js';
import type { OpenSessionResponse as _mlsql_v1_OpenSessionResponse, OpenSessionResponse__Output as _mlsql_v1_OpenSessionResponse__Output } from '../../mlsql/v1/OpenSessionResponse.js';
import type { Run as _mlsql_v1_Run, Run__Output as _mlsql_v1_Run__Output } from '../../mlsql/v1/Run.js';
import type { RunEvent as _mlsql_v1_RunEvent, RunEvent__Output as _mlsql_v1_RunEvent__Output } from '../../mlsql/v1/RunEvent.js';
import type { SubmitRunRequest as _mlsql_v1_SubmitRunRequest, SubmitRunRequest__Output as _mlsql_v1_SubmitRunRequest__Output } from '../../mlsql/v1/SubmitRunRequest.js';
import type { SubmitRunResponse as _mlsql_v1_SubmitRunResponse, SubmitRunResponse__Output as _mlsql_v1_SubmitRunResponse__Output } from '../../mlsql/v1/SubmitRunResponse.js';

/**
 * Runs takes scripts and tells what becomes of them.
 */
export interface RunsClient extends grpc.Client {
  /**
   * Cancels a run's work: the running statement and its jobs. Answers when the cancel is recorded.
   */
  CancelRun(argument: _mlsql_v1_CancelRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  CancelRun(argument: _mlsql_v1_CancelRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  CancelRun(argument: _mlsql_v1_CancelRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  CancelRun(argument: _mlsql_v1_CancelRunRequest, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Cancels a run's work: the running statement and its jobs. Answers when the cancel is recorded.
   */
  cancelRun(argument: _mlsql_v1_CancelRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  cancelRun(argument: _mlsql_v1_CancelRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  cancelRun(argument: _mlsql_v1_CancelRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  cancelRun(argument: _mlsql_v1_CancelRunRequest, callback: grpc.requestCallback<_mlsql_v1_CancelRunResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Closes a session and frees its tables.
   */
  CloseSession(argument: _mlsql_v1_CloseSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseSession(argument: _mlsql_v1_CloseSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseSession(argument: _mlsql_v1_CloseSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseSession(argument: _mlsql_v1_CloseSessionRequest, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Closes a session and frees its tables.
   */
  closeSession(argument: _mlsql_v1_CloseSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  closeSession(argument: _mlsql_v1_CloseSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  closeSession(argument: _mlsql_v1_CloseSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  closeSession(argument: _mlsql_v1_CloseSessionRequest, callback: grpc.requestCallback<_mlsql_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Streams a run's events from a sequence number on, first those that lie behind, then live, to the done event.
   */
  FollowRun(argument: _mlsql_v1_FollowRunRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_RunEvent__Output>;
  FollowRun(argument: _mlsql_v1_FollowRunRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_RunEvent__Output>;
  /**
   * Streams a run's events from a sequence number on, first those that lie behind, then live, to the done event.
   */
  followRun(argument: _mlsql_v1_FollowRunRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_RunEvent__Output>;
  followRun(argument: _mlsql_v1_FollowRunRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_RunEvent__Output>;
  
  /**
   * One run.
   */
  GetRun(argument: _mlsql_v1_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _mlsql_v1_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _mlsql_v1_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _mlsql_v1_GetRunRequest, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  /**
   * One run.
   */
  getRun(argument: _mlsql_v1_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  getRun(argument: _mlsql_v1_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  getRun(argument: _mlsql_v1_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  getRun(argument: _mlsql_v1_GetRunRequest, callback: grpc.requestCallback<_mlsql_v1_Run__Output>): grpc.ClientUnaryCall;
  
  /**
   * Lists runs, newest first.
   */
  ListRuns(argument: _mlsql_v1_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _mlsql_v1_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _mlsql_v1_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _mlsql_v1_ListRunsRequest, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Lists runs, newest first.
   */
  listRuns(argument: _mlsql_v1_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _mlsql_v1_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _mlsql_v1_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _mlsql_v1_ListRunsRequest, callback: grpc.requestCallback<_mlsql_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Opens a session: tables and settings that several runs share (REPL, console). It ends by CloseSession or after an idle hour.
   */
  OpenSession(argument: _mlsql_v1_OpenSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  OpenSession(argument: _mlsql_v1_OpenSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  OpenSession(argument: _mlsql_v1_OpenSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  OpenSession(argument: _mlsql_v1_OpenSessionRequest, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Opens a session: tables and settings that several runs share (REPL, console). It ends by CloseSession or after an idle hour.
   */
  openSession(argument: _mlsql_v1_OpenSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  openSession(argument: _mlsql_v1_OpenSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  openSession(argument: _mlsql_v1_OpenSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  openSession(argument: _mlsql_v1_OpenSessionRequest, callback: grpc.requestCallback<_mlsql_v1_OpenSessionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Submits a script. The answer is the acknowledgement: from then on the run ends exactly once.
   * Every client file the script names must have been offered (client_files) and uploaded (Files.UploadBlob).
   */
  SubmitRun(argument: _mlsql_v1_SubmitRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  SubmitRun(argument: _mlsql_v1_SubmitRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  SubmitRun(argument: _mlsql_v1_SubmitRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  SubmitRun(argument: _mlsql_v1_SubmitRunRequest, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Submits a script. The answer is the acknowledgement: from then on the run ends exactly once.
   * Every client file the script names must have been offered (client_files) and uploaded (Files.UploadBlob).
   */
  submitRun(argument: _mlsql_v1_SubmitRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  submitRun(argument: _mlsql_v1_SubmitRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  submitRun(argument: _mlsql_v1_SubmitRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  submitRun(argument: _mlsql_v1_SubmitRunRequest, callback: grpc.requestCallback<_mlsql_v1_SubmitRunResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Runs takes scripts and tells what becomes of them.
 */
export interface RunsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Cancels a run's work: the running statement and its jobs. Answers when the cancel is recorded.
   */
  CancelRun: grpc.handleUnaryCall<_mlsql_v1_CancelRunRequest__Output, _mlsql_v1_CancelRunResponse>;
  
  /**
   * Closes a session and frees its tables.
   */
  CloseSession: grpc.handleUnaryCall<_mlsql_v1_CloseSessionRequest__Output, _mlsql_v1_CloseSessionResponse>;
  
  /**
   * Streams a run's events from a sequence number on, first those that lie behind, then live, to the done event.
   */
  FollowRun: grpc.handleServerStreamingCall<_mlsql_v1_FollowRunRequest__Output, _mlsql_v1_RunEvent>;
  
  /**
   * One run.
   */
  GetRun: grpc.handleUnaryCall<_mlsql_v1_GetRunRequest__Output, _mlsql_v1_Run>;
  
  /**
   * Lists runs, newest first.
   */
  ListRuns: grpc.handleUnaryCall<_mlsql_v1_ListRunsRequest__Output, _mlsql_v1_ListRunsResponse>;
  
  /**
   * Opens a session: tables and settings that several runs share (REPL, console). It ends by CloseSession or after an idle hour.
   */
  OpenSession: grpc.handleUnaryCall<_mlsql_v1_OpenSessionRequest__Output, _mlsql_v1_OpenSessionResponse>;
  
  /**
   * Submits a script. The answer is the acknowledgement: from then on the run ends exactly once.
   * Every client file the script names must have been offered (client_files) and uploaded (Files.UploadBlob).
   */
  SubmitRun: grpc.handleUnaryCall<_mlsql_v1_SubmitRunRequest__Output, _mlsql_v1_SubmitRunResponse>;
  
}

export interface RunsDefinition extends grpc.ServiceDefinition {
  CancelRun: MethodDefinition<_mlsql_v1_CancelRunRequest, _mlsql_v1_CancelRunResponse, _mlsql_v1_CancelRunRequest__Output, _mlsql_v1_CancelRunResponse__Output>
  CloseSession: MethodDefinition<_mlsql_v1_CloseSessionRequest, _mlsql_v1_CloseSessionResponse, _mlsql_v1_CloseSessionRequest__Output, _mlsql_v1_CloseSessionResponse__Output>
  FollowRun: MethodDefinition<_mlsql_v1_FollowRunRequest, _mlsql_v1_RunEvent, _mlsql_v1_FollowRunRequest__Output, _mlsql_v1_RunEvent__Output>
  GetRun: MethodDefinition<_mlsql_v1_GetRunRequest, _mlsql_v1_Run, _mlsql_v1_GetRunRequest__Output, _mlsql_v1_Run__Output>
  ListRuns: MethodDefinition<_mlsql_v1_ListRunsRequest, _mlsql_v1_ListRunsResponse, _mlsql_v1_ListRunsRequest__Output, _mlsql_v1_ListRunsResponse__Output>
  OpenSession: MethodDefinition<_mlsql_v1_OpenSessionRequest, _mlsql_v1_OpenSessionResponse, _mlsql_v1_OpenSessionRequest__Output, _mlsql_v1_OpenSessionResponse__Output>
  SubmitRun: MethodDefinition<_mlsql_v1_SubmitRunRequest, _mlsql_v1_SubmitRunResponse, _mlsql_v1_SubmitRunRequest__Output, _mlsql_v1_SubmitRunResponse__Output>
}
