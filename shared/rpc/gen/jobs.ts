import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { BlobEntry as _mlsql_v1_BlobEntry, BlobEntry__Output as _mlsql_v1_BlobEntry__Output } from './mlsql/v1/BlobEntry.js';
import type { CancelJobRequest as _mlsql_v1_CancelJobRequest, CancelJobRequest__Output as _mlsql_v1_CancelJobRequest__Output } from './mlsql/v1/CancelJobRequest.js';
import type { CancelJobResponse as _mlsql_v1_CancelJobResponse, CancelJobResponse__Output as _mlsql_v1_CancelJobResponse__Output } from './mlsql/v1/CancelJobResponse.js';
import type { CancelRunRequest as _mlsql_v1_CancelRunRequest, CancelRunRequest__Output as _mlsql_v1_CancelRunRequest__Output } from './mlsql/v1/CancelRunRequest.js';
import type { CancelRunResponse as _mlsql_v1_CancelRunResponse, CancelRunResponse__Output as _mlsql_v1_CancelRunResponse__Output } from './mlsql/v1/CancelRunResponse.js';
import type { ClientFile as _mlsql_v1_ClientFile, ClientFile__Output as _mlsql_v1_ClientFile__Output } from './mlsql/v1/ClientFile.js';
import type { CloseSessionRequest as _mlsql_v1_CloseSessionRequest, CloseSessionRequest__Output as _mlsql_v1_CloseSessionRequest__Output } from './mlsql/v1/CloseSessionRequest.js';
import type { CloseSessionResponse as _mlsql_v1_CloseSessionResponse, CloseSessionResponse__Output as _mlsql_v1_CloseSessionResponse__Output } from './mlsql/v1/CloseSessionResponse.js';
import type { Column as _mlsql_v1_Column, Column__Output as _mlsql_v1_Column__Output } from './mlsql/v1/Column.js';
import type { DoneEvent as _mlsql_v1_DoneEvent, DoneEvent__Output as _mlsql_v1_DoneEvent__Output } from './mlsql/v1/DoneEvent.js';
import type { ErrorEvent as _mlsql_v1_ErrorEvent, ErrorEvent__Output as _mlsql_v1_ErrorEvent__Output } from './mlsql/v1/ErrorEvent.js';
import type { FollowRunRequest as _mlsql_v1_FollowRunRequest, FollowRunRequest__Output as _mlsql_v1_FollowRunRequest__Output } from './mlsql/v1/FollowRunRequest.js';
import type { GetJobRequest as _mlsql_v1_GetJobRequest, GetJobRequest__Output as _mlsql_v1_GetJobRequest__Output } from './mlsql/v1/GetJobRequest.js';
import type { GetRunRequest as _mlsql_v1_GetRunRequest, GetRunRequest__Output as _mlsql_v1_GetRunRequest__Output } from './mlsql/v1/GetRunRequest.js';
import type { GroupStatus as _mlsql_v1_GroupStatus, GroupStatus__Output as _mlsql_v1_GroupStatus__Output } from './mlsql/v1/GroupStatus.js';
import type { Job as _mlsql_v1_Job, Job__Output as _mlsql_v1_Job__Output } from './mlsql/v1/Job.js';
import type { JobEvent as _mlsql_v1_JobEvent, JobEvent__Output as _mlsql_v1_JobEvent__Output } from './mlsql/v1/JobEvent.js';
import type { JobSummary as _mlsql_v1_JobSummary, JobSummary__Output as _mlsql_v1_JobSummary__Output } from './mlsql/v1/JobSummary.js';
import type { JobsClient as _mlsql_v1_JobsClient, JobsDefinition as _mlsql_v1_JobsDefinition } from './mlsql/v1/Jobs.js';
import type { ListJobsRequest as _mlsql_v1_ListJobsRequest, ListJobsRequest__Output as _mlsql_v1_ListJobsRequest__Output } from './mlsql/v1/ListJobsRequest.js';
import type { ListJobsResponse as _mlsql_v1_ListJobsResponse, ListJobsResponse__Output as _mlsql_v1_ListJobsResponse__Output } from './mlsql/v1/ListJobsResponse.js';
import type { ListRunsRequest as _mlsql_v1_ListRunsRequest, ListRunsRequest__Output as _mlsql_v1_ListRunsRequest__Output } from './mlsql/v1/ListRunsRequest.js';
import type { ListRunsResponse as _mlsql_v1_ListRunsResponse, ListRunsResponse__Output as _mlsql_v1_ListRunsResponse__Output } from './mlsql/v1/ListRunsResponse.js';
import type { LogChunk as _mlsql_v1_LogChunk, LogChunk__Output as _mlsql_v1_LogChunk__Output } from './mlsql/v1/LogChunk.js';
import type { LogEvent as _mlsql_v1_LogEvent, LogEvent__Output as _mlsql_v1_LogEvent__Output } from './mlsql/v1/LogEvent.js';
import type { OpenSessionRequest as _mlsql_v1_OpenSessionRequest, OpenSessionRequest__Output as _mlsql_v1_OpenSessionRequest__Output } from './mlsql/v1/OpenSessionRequest.js';
import type { OpenSessionResponse as _mlsql_v1_OpenSessionResponse, OpenSessionResponse__Output as _mlsql_v1_OpenSessionResponse__Output } from './mlsql/v1/OpenSessionResponse.js';
import type { ReadLogsRequest as _mlsql_v1_ReadLogsRequest, ReadLogsRequest__Output as _mlsql_v1_ReadLogsRequest__Output } from './mlsql/v1/ReadLogsRequest.js';
import type { RetryJobRequest as _mlsql_v1_RetryJobRequest, RetryJobRequest__Output as _mlsql_v1_RetryJobRequest__Output } from './mlsql/v1/RetryJobRequest.js';
import type { RetryJobResponse as _mlsql_v1_RetryJobResponse, RetryJobResponse__Output as _mlsql_v1_RetryJobResponse__Output } from './mlsql/v1/RetryJobResponse.js';
import type { Run as _mlsql_v1_Run, Run__Output as _mlsql_v1_Run__Output } from './mlsql/v1/Run.js';
import type { RunEvent as _mlsql_v1_RunEvent, RunEvent__Output as _mlsql_v1_RunEvent__Output } from './mlsql/v1/RunEvent.js';
import type { RunsClient as _mlsql_v1_RunsClient, RunsDefinition as _mlsql_v1_RunsDefinition } from './mlsql/v1/Runs.js';
import type { StatementEvent as _mlsql_v1_StatementEvent, StatementEvent__Output as _mlsql_v1_StatementEvent__Output } from './mlsql/v1/StatementEvent.js';
import type { StoryLine as _mlsql_v1_StoryLine, StoryLine__Output as _mlsql_v1_StoryLine__Output } from './mlsql/v1/StoryLine.js';
import type { SubmitRunRequest as _mlsql_v1_SubmitRunRequest, SubmitRunRequest__Output as _mlsql_v1_SubmitRunRequest__Output } from './mlsql/v1/SubmitRunRequest.js';
import type { SubmitRunResponse as _mlsql_v1_SubmitRunResponse, SubmitRunResponse__Output as _mlsql_v1_SubmitRunResponse__Output } from './mlsql/v1/SubmitRunResponse.js';
import type { TableEvent as _mlsql_v1_TableEvent, TableEvent__Output as _mlsql_v1_TableEvent__Output } from './mlsql/v1/TableEvent.js';
import type { WarningEvent as _mlsql_v1_WarningEvent, WarningEvent__Output as _mlsql_v1_WarningEvent__Output } from './mlsql/v1/WarningEvent.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  mlsql: {
    v1: {
      BlobEntry: MessageTypeDefinition<_mlsql_v1_BlobEntry, _mlsql_v1_BlobEntry__Output>
      CancelJobRequest: MessageTypeDefinition<_mlsql_v1_CancelJobRequest, _mlsql_v1_CancelJobRequest__Output>
      CancelJobResponse: MessageTypeDefinition<_mlsql_v1_CancelJobResponse, _mlsql_v1_CancelJobResponse__Output>
      CancelRunRequest: MessageTypeDefinition<_mlsql_v1_CancelRunRequest, _mlsql_v1_CancelRunRequest__Output>
      CancelRunResponse: MessageTypeDefinition<_mlsql_v1_CancelRunResponse, _mlsql_v1_CancelRunResponse__Output>
      ClientFile: MessageTypeDefinition<_mlsql_v1_ClientFile, _mlsql_v1_ClientFile__Output>
      CloseSessionRequest: MessageTypeDefinition<_mlsql_v1_CloseSessionRequest, _mlsql_v1_CloseSessionRequest__Output>
      CloseSessionResponse: MessageTypeDefinition<_mlsql_v1_CloseSessionResponse, _mlsql_v1_CloseSessionResponse__Output>
      Column: MessageTypeDefinition<_mlsql_v1_Column, _mlsql_v1_Column__Output>
      DoneEvent: MessageTypeDefinition<_mlsql_v1_DoneEvent, _mlsql_v1_DoneEvent__Output>
      ErrorEvent: MessageTypeDefinition<_mlsql_v1_ErrorEvent, _mlsql_v1_ErrorEvent__Output>
      FollowRunRequest: MessageTypeDefinition<_mlsql_v1_FollowRunRequest, _mlsql_v1_FollowRunRequest__Output>
      GetJobRequest: MessageTypeDefinition<_mlsql_v1_GetJobRequest, _mlsql_v1_GetJobRequest__Output>
      GetRunRequest: MessageTypeDefinition<_mlsql_v1_GetRunRequest, _mlsql_v1_GetRunRequest__Output>
      GroupStatus: MessageTypeDefinition<_mlsql_v1_GroupStatus, _mlsql_v1_GroupStatus__Output>
      Job: MessageTypeDefinition<_mlsql_v1_Job, _mlsql_v1_Job__Output>
      JobEvent: MessageTypeDefinition<_mlsql_v1_JobEvent, _mlsql_v1_JobEvent__Output>
      JobSummary: MessageTypeDefinition<_mlsql_v1_JobSummary, _mlsql_v1_JobSummary__Output>
      /**
       * Jobs shows, follows, cancels and retries jobs.
       */
      Jobs: SubtypeConstructor<typeof grpc.Client, _mlsql_v1_JobsClient> & { service: _mlsql_v1_JobsDefinition }
      ListJobsRequest: MessageTypeDefinition<_mlsql_v1_ListJobsRequest, _mlsql_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_mlsql_v1_ListJobsResponse, _mlsql_v1_ListJobsResponse__Output>
      ListRunsRequest: MessageTypeDefinition<_mlsql_v1_ListRunsRequest, _mlsql_v1_ListRunsRequest__Output>
      ListRunsResponse: MessageTypeDefinition<_mlsql_v1_ListRunsResponse, _mlsql_v1_ListRunsResponse__Output>
      LogChunk: MessageTypeDefinition<_mlsql_v1_LogChunk, _mlsql_v1_LogChunk__Output>
      LogEvent: MessageTypeDefinition<_mlsql_v1_LogEvent, _mlsql_v1_LogEvent__Output>
      OpenSessionRequest: MessageTypeDefinition<_mlsql_v1_OpenSessionRequest, _mlsql_v1_OpenSessionRequest__Output>
      OpenSessionResponse: MessageTypeDefinition<_mlsql_v1_OpenSessionResponse, _mlsql_v1_OpenSessionResponse__Output>
      ReadLogsRequest: MessageTypeDefinition<_mlsql_v1_ReadLogsRequest, _mlsql_v1_ReadLogsRequest__Output>
      RetryJobRequest: MessageTypeDefinition<_mlsql_v1_RetryJobRequest, _mlsql_v1_RetryJobRequest__Output>
      RetryJobResponse: MessageTypeDefinition<_mlsql_v1_RetryJobResponse, _mlsql_v1_RetryJobResponse__Output>
      Run: MessageTypeDefinition<_mlsql_v1_Run, _mlsql_v1_Run__Output>
      RunEvent: MessageTypeDefinition<_mlsql_v1_RunEvent, _mlsql_v1_RunEvent__Output>
      /**
       * Runs takes scripts and tells what becomes of them.
       */
      Runs: SubtypeConstructor<typeof grpc.Client, _mlsql_v1_RunsClient> & { service: _mlsql_v1_RunsDefinition }
      StatementEvent: MessageTypeDefinition<_mlsql_v1_StatementEvent, _mlsql_v1_StatementEvent__Output>
      StoryLine: MessageTypeDefinition<_mlsql_v1_StoryLine, _mlsql_v1_StoryLine__Output>
      SubmitRunRequest: MessageTypeDefinition<_mlsql_v1_SubmitRunRequest, _mlsql_v1_SubmitRunRequest__Output>
      SubmitRunResponse: MessageTypeDefinition<_mlsql_v1_SubmitRunResponse, _mlsql_v1_SubmitRunResponse__Output>
      TableEvent: MessageTypeDefinition<_mlsql_v1_TableEvent, _mlsql_v1_TableEvent__Output>
      WarningEvent: MessageTypeDefinition<_mlsql_v1_WarningEvent, _mlsql_v1_WarningEvent__Output>
    }
  }
}

