import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Assign as _mlsql_v1_Assign, Assign__Output as _mlsql_v1_Assign__Output } from './mlsql/v1/Assign.js';
import type { AttemptFailure as _mlsql_v1_AttemptFailure, AttemptFailure__Output as _mlsql_v1_AttemptFailure__Output } from './mlsql/v1/AttemptFailure.js';
import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from './mlsql/v1/AttemptId.js';
import type { AttemptResult as _mlsql_v1_AttemptResult, AttemptResult__Output as _mlsql_v1_AttemptResult__Output } from './mlsql/v1/AttemptResult.js';
import type { AttemptUpdate as _mlsql_v1_AttemptUpdate, AttemptUpdate__Output as _mlsql_v1_AttemptUpdate__Output } from './mlsql/v1/AttemptUpdate.js';
import type { AttemptWarning as _mlsql_v1_AttemptWarning, AttemptWarning__Output as _mlsql_v1_AttemptWarning__Output } from './mlsql/v1/AttemptWarning.js';
import type { CancelAttempt as _mlsql_v1_CancelAttempt, CancelAttempt__Output as _mlsql_v1_CancelAttempt__Output } from './mlsql/v1/CancelAttempt.js';
import type { CoordinatorMessage as _mlsql_v1_CoordinatorMessage, CoordinatorMessage__Output as _mlsql_v1_CoordinatorMessage__Output } from './mlsql/v1/CoordinatorMessage.js';
import type { Drain as _mlsql_v1_Drain, Drain__Output as _mlsql_v1_Drain__Output } from './mlsql/v1/Drain.js';
import type { DrainExecutorRequest as _mlsql_v1_DrainExecutorRequest, DrainExecutorRequest__Output as _mlsql_v1_DrainExecutorRequest__Output } from './mlsql/v1/DrainExecutorRequest.js';
import type { DrainExecutorResponse as _mlsql_v1_DrainExecutorResponse, DrainExecutorResponse__Output as _mlsql_v1_DrainExecutorResponse__Output } from './mlsql/v1/DrainExecutorResponse.js';
import type { Draining as _mlsql_v1_Draining, Draining__Output as _mlsql_v1_Draining__Output } from './mlsql/v1/Draining.js';
import type { DropFunction as _mlsql_v1_DropFunction, DropFunction__Output as _mlsql_v1_DropFunction__Output } from './mlsql/v1/DropFunction.js';
import type { Executor as _mlsql_v1_Executor, Executor__Output as _mlsql_v1_Executor__Output } from './mlsql/v1/Executor.js';
import type { ExecutorMessage as _mlsql_v1_ExecutorMessage, ExecutorMessage__Output as _mlsql_v1_ExecutorMessage__Output } from './mlsql/v1/ExecutorMessage.js';
import type { ExecutorsClient as _mlsql_v1_ExecutorsClient, ExecutorsDefinition as _mlsql_v1_ExecutorsDefinition } from './mlsql/v1/Executors.js';
import type { FunctionCall as _mlsql_v1_FunctionCall, FunctionCall__Output as _mlsql_v1_FunctionCall__Output } from './mlsql/v1/FunctionCall.js';
import type { FunctionCallError as _mlsql_v1_FunctionCallError, FunctionCallError__Output as _mlsql_v1_FunctionCallError__Output } from './mlsql/v1/FunctionCallError.js';
import type { FunctionLink as _mlsql_v1_FunctionLink, FunctionLink__Output as _mlsql_v1_FunctionLink__Output } from './mlsql/v1/FunctionLink.js';
import type { FunctionReply as _mlsql_v1_FunctionReply, FunctionReply__Output as _mlsql_v1_FunctionReply__Output } from './mlsql/v1/FunctionReply.js';
import type { FunctionSpec as _mlsql_v1_FunctionSpec, FunctionSpec__Output as _mlsql_v1_FunctionSpec__Output } from './mlsql/v1/FunctionSpec.js';
import type { FunctionUpdate as _mlsql_v1_FunctionUpdate, FunctionUpdate__Output as _mlsql_v1_FunctionUpdate__Output } from './mlsql/v1/FunctionUpdate.js';
import type { Heartbeat as _mlsql_v1_Heartbeat, Heartbeat__Output as _mlsql_v1_Heartbeat__Output } from './mlsql/v1/Heartbeat.js';
import type { Hello as _mlsql_v1_Hello, Hello__Output as _mlsql_v1_Hello__Output } from './mlsql/v1/Hello.js';
import type { InputFile as _mlsql_v1_InputFile, InputFile__Output as _mlsql_v1_InputFile__Output } from './mlsql/v1/InputFile.js';
import type { ListExecutorsRequest as _mlsql_v1_ListExecutorsRequest, ListExecutorsRequest__Output as _mlsql_v1_ListExecutorsRequest__Output } from './mlsql/v1/ListExecutorsRequest.js';
import type { ListExecutorsResponse as _mlsql_v1_ListExecutorsResponse, ListExecutorsResponse__Output as _mlsql_v1_ListExecutorsResponse__Output } from './mlsql/v1/ListExecutorsResponse.js';
import type { LogAck as _mlsql_v1_LogAck, LogAck__Output as _mlsql_v1_LogAck__Output } from './mlsql/v1/LogAck.js';
import type { LogBatch as _mlsql_v1_LogBatch, LogBatch__Output as _mlsql_v1_LogBatch__Output } from './mlsql/v1/LogBatch.js';
import type { ModelFile as _mlsql_v1_ModelFile, ModelFile__Output as _mlsql_v1_ModelFile__Output } from './mlsql/v1/ModelFile.js';
import type { PrepareFunction as _mlsql_v1_PrepareFunction, PrepareFunction__Output as _mlsql_v1_PrepareFunction__Output } from './mlsql/v1/PrepareFunction.js';
import type { Resource as _mlsql_v1_Resource, Resource__Output as _mlsql_v1_Resource__Output } from './mlsql/v1/Resource.js';
import type { RowTopic as _mlsql_v1_RowTopic, RowTopic__Output as _mlsql_v1_RowTopic__Output } from './mlsql/v1/RowTopic.js';
import type { TaskSpec as _mlsql_v1_TaskSpec, TaskSpec__Output as _mlsql_v1_TaskSpec__Output } from './mlsql/v1/TaskSpec.js';
import type { Welcome as _mlsql_v1_Welcome, Welcome__Output as _mlsql_v1_Welcome__Output } from './mlsql/v1/Welcome.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  mlsql: {
    v1: {
      Assign: MessageTypeDefinition<_mlsql_v1_Assign, _mlsql_v1_Assign__Output>
      AttemptFailure: MessageTypeDefinition<_mlsql_v1_AttemptFailure, _mlsql_v1_AttemptFailure__Output>
      AttemptId: MessageTypeDefinition<_mlsql_v1_AttemptId, _mlsql_v1_AttemptId__Output>
      AttemptResult: MessageTypeDefinition<_mlsql_v1_AttemptResult, _mlsql_v1_AttemptResult__Output>
      AttemptUpdate: MessageTypeDefinition<_mlsql_v1_AttemptUpdate, _mlsql_v1_AttemptUpdate__Output>
      AttemptWarning: MessageTypeDefinition<_mlsql_v1_AttemptWarning, _mlsql_v1_AttemptWarning__Output>
      CancelAttempt: MessageTypeDefinition<_mlsql_v1_CancelAttempt, _mlsql_v1_CancelAttempt__Output>
      CoordinatorMessage: MessageTypeDefinition<_mlsql_v1_CoordinatorMessage, _mlsql_v1_CoordinatorMessage__Output>
      Drain: MessageTypeDefinition<_mlsql_v1_Drain, _mlsql_v1_Drain__Output>
      DrainExecutorRequest: MessageTypeDefinition<_mlsql_v1_DrainExecutorRequest, _mlsql_v1_DrainExecutorRequest__Output>
      DrainExecutorResponse: MessageTypeDefinition<_mlsql_v1_DrainExecutorResponse, _mlsql_v1_DrainExecutorResponse__Output>
      Draining: MessageTypeDefinition<_mlsql_v1_Draining, _mlsql_v1_Draining__Output>
      DropFunction: MessageTypeDefinition<_mlsql_v1_DropFunction, _mlsql_v1_DropFunction__Output>
      Executor: MessageTypeDefinition<_mlsql_v1_Executor, _mlsql_v1_Executor__Output>
      ExecutorMessage: MessageTypeDefinition<_mlsql_v1_ExecutorMessage, _mlsql_v1_ExecutorMessage__Output>
      /**
       * Executors is the executors' side door and the clients' view of them.
       */
      Executors: SubtypeConstructor<typeof grpc.Client, _mlsql_v1_ExecutorsClient> & { service: _mlsql_v1_ExecutorsDefinition }
      FunctionCall: MessageTypeDefinition<_mlsql_v1_FunctionCall, _mlsql_v1_FunctionCall__Output>
      FunctionCallError: MessageTypeDefinition<_mlsql_v1_FunctionCallError, _mlsql_v1_FunctionCallError__Output>
      FunctionLink: MessageTypeDefinition<_mlsql_v1_FunctionLink, _mlsql_v1_FunctionLink__Output>
      FunctionReply: MessageTypeDefinition<_mlsql_v1_FunctionReply, _mlsql_v1_FunctionReply__Output>
      FunctionSpec: MessageTypeDefinition<_mlsql_v1_FunctionSpec, _mlsql_v1_FunctionSpec__Output>
      FunctionUpdate: MessageTypeDefinition<_mlsql_v1_FunctionUpdate, _mlsql_v1_FunctionUpdate__Output>
      Heartbeat: MessageTypeDefinition<_mlsql_v1_Heartbeat, _mlsql_v1_Heartbeat__Output>
      Hello: MessageTypeDefinition<_mlsql_v1_Hello, _mlsql_v1_Hello__Output>
      InputFile: MessageTypeDefinition<_mlsql_v1_InputFile, _mlsql_v1_InputFile__Output>
      ListExecutorsRequest: MessageTypeDefinition<_mlsql_v1_ListExecutorsRequest, _mlsql_v1_ListExecutorsRequest__Output>
      ListExecutorsResponse: MessageTypeDefinition<_mlsql_v1_ListExecutorsResponse, _mlsql_v1_ListExecutorsResponse__Output>
      LogAck: MessageTypeDefinition<_mlsql_v1_LogAck, _mlsql_v1_LogAck__Output>
      LogBatch: MessageTypeDefinition<_mlsql_v1_LogBatch, _mlsql_v1_LogBatch__Output>
      ModelFile: MessageTypeDefinition<_mlsql_v1_ModelFile, _mlsql_v1_ModelFile__Output>
      PrepareFunction: MessageTypeDefinition<_mlsql_v1_PrepareFunction, _mlsql_v1_PrepareFunction__Output>
      Resource: MessageTypeDefinition<_mlsql_v1_Resource, _mlsql_v1_Resource__Output>
      RowTopic: MessageTypeDefinition<_mlsql_v1_RowTopic, _mlsql_v1_RowTopic__Output>
      TaskSpec: MessageTypeDefinition<_mlsql_v1_TaskSpec, _mlsql_v1_TaskSpec__Output>
      Welcome: MessageTypeDefinition<_mlsql_v1_Welcome, _mlsql_v1_Welcome__Output>
    }
  }
}

