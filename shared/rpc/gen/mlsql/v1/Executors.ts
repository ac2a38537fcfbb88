// Original file: proto/mlsql/v1/executors.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CoordinatorMessage as _mlsql_v1_CoordinatorMessage, CoordinatorMessage__Output as _mlsql_v1_CoordinatorMessage__Output } from '../../mlsql/v1/CoordinatorMessage.js';
import type { DrainExecutorRequest as _mlsql_v1_DrainExecutorRequest, DrainExecutorRequest__Output as _mlsql_v1_DrainExecutorRequest__Output } from '../../mlsql/v1/DrainExecutorRequest.js';
import type { DrainExecutorResponse as _mlsql_v1_DrainExecutorResponse, DrainExecutorResponse__Output as _mlsql_v1_DrainExecutorResponse__Output } from '../../mlsql/v1/DrainExecutorResponse.js';
import type { ExecutorMessage as _mlsql_v1_ExecutorMessage, ExecutorMessage__Output as _mlsql_v1_ExecutorMessage__Output } from '../../mlsql/v1/ExecutorMessage.js';
import type { FunctionCall as _mlsql_v1_FunctionCall, FunctionCall__Output as _mlsql_v1_FunctionCall__Output } from '../../mlsql/v1/FunctionCall.js';
import type { FunctionReply as _mlsql_v1_FunctionReply, FunctionReply__Output as _mlsql_v1_FunctionReply__Output } from '../../mlsql/v1/FunctionReply.js';
import type { ListExecutorsRequest as _mlsql_v1_ListExecutorsRequest, ListExecutorsRequest__Output as _mlsql_v1_ListExecutorsRequest__Output } from '../../mlsql/v1/ListExecutorsRequest.js';
import type { ListExecutorsResponse as _mlsql_v1_ListExecutorsResponse, ListExecutorsResponse__Output as _mlsql_v1_ListExecutorsResponse__Output } from '../../mlsql/v1/ListExecutorsResponse.js';

/**
 * Executors is the executors' side door and the clients' view of them.
 */
export interface ExecutorsClient extends grpc.Client {
  /**
   * An executor's one long-lived stream. Its first message is Hello, answered by Welcome; a second stream of the
   * same name ends the first.
   */
  Connect(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_ExecutorMessage, _mlsql_v1_CoordinatorMessage__Output>;
  Connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_ExecutorMessage, _mlsql_v1_CoordinatorMessage__Output>;
  /**
   * An executor's one long-lived stream. Its first message is Hello, answered by Welcome; a second stream of the
   * same name ends the first.
   */
  connect(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_ExecutorMessage, _mlsql_v1_CoordinatorMessage__Output>;
  connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_ExecutorMessage, _mlsql_v1_CoordinatorMessage__Output>;
  
  /**
   * Gives an executor nothing new; it leaves when its work has ended.
   */
  DrainExecutor(argument: _mlsql_v1_DrainExecutorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  DrainExecutor(argument: _mlsql_v1_DrainExecutorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  DrainExecutor(argument: _mlsql_v1_DrainExecutorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  DrainExecutor(argument: _mlsql_v1_DrainExecutorRequest, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Gives an executor nothing new; it leaves when its work has ended.
   */
  drainExecutor(argument: _mlsql_v1_DrainExecutorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  drainExecutor(argument: _mlsql_v1_DrainExecutorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  drainExecutor(argument: _mlsql_v1_DrainExecutorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  drainExecutor(argument: _mlsql_v1_DrainExecutorRequest, callback: grpc.requestCallback<_mlsql_v1_DrainExecutorResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Lists the executors that are connected.
   */
  ListExecutors(argument: _mlsql_v1_ListExecutorsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  ListExecutors(argument: _mlsql_v1_ListExecutorsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  ListExecutors(argument: _mlsql_v1_ListExecutorsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  ListExecutors(argument: _mlsql_v1_ListExecutorsRequest, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Lists the executors that are connected.
   */
  listExecutors(argument: _mlsql_v1_ListExecutorsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  listExecutors(argument: _mlsql_v1_ListExecutorsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  listExecutors(argument: _mlsql_v1_ListExecutorsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  listExecutors(argument: _mlsql_v1_ListExecutorsRequest, callback: grpc.requestCallback<_mlsql_v1_ListExecutorsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The executor's stream for SQL function calls: calls one way, replies the other, in any order.
   * Its first message is a FunctionReply with only executor and session set.
   */
  ServeFunctions(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_FunctionReply, _mlsql_v1_FunctionCall__Output>;
  ServeFunctions(options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_FunctionReply, _mlsql_v1_FunctionCall__Output>;
  /**
   * The executor's stream for SQL function calls: calls one way, replies the other, in any order.
   * Its first message is a FunctionReply with only executor and session set.
   */
  serveFunctions(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_FunctionReply, _mlsql_v1_FunctionCall__Output>;
  serveFunctions(options?: grpc.CallOptions): grpc.ClientDuplexStream<_mlsql_v1_FunctionReply, _mlsql_v1_FunctionCall__Output>;
  
}

/**
 * Executors is the executors' side door and the clients' view of them.
 */
export interface ExecutorsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * An executor's one long-lived stream. Its first message is Hello, answered by Welcome; a second stream of the
   * same name ends the first.
   */
  Connect: grpc.handleBidiStreamingCall<_mlsql_v1_ExecutorMessage__Output, _mlsql_v1_CoordinatorMessage>;
  
  /**
   * Gives an executor nothing new; it leaves when its work has ended.
   */
  DrainExecutor: grpc.handleUnaryCall<_mlsql_v1_DrainExecutorRequest__Output, _mlsql_v1_DrainExecutorResponse>;
  
  /**
   * Lists the executors that are connected.
   */
  ListExecutors: grpc.handleUnaryCall<_mlsql_v1_ListExecutorsRequest__Output, _mlsql_v1_ListExecutorsResponse>;
  
  /**
   * The executor's stream for SQL function calls: calls one way, replies the other, in any order.
   * Its first message is a FunctionReply with only executor and session set.
   */
  ServeFunctions: grpc.handleBidiStreamingCall<_mlsql_v1_FunctionReply__Output, _mlsql_v1_FunctionCall>;
  
}

export interface ExecutorsDefinition extends grpc.ServiceDefinition {
  Connect: MethodDefinition<_mlsql_v1_ExecutorMessage, _mlsql_v1_CoordinatorMessage, _mlsql_v1_ExecutorMessage__Output, _mlsql_v1_CoordinatorMessage__Output>
  DrainExecutor: MethodDefinition<_mlsql_v1_DrainExecutorRequest, _mlsql_v1_DrainExecutorResponse, _mlsql_v1_DrainExecutorRequest__Output, _mlsql_v1_DrainExecutorResponse__Output>
  ListExecutors: MethodDefinition<_mlsql_v1_ListExecutorsRequest, _mlsql_v1_ListExecutorsResponse, _mlsql_v1_ListExecutorsRequest__Output, _mlsql_v1_ListExecutorsResponse__Output>
  ServeFunctions: MethodDefinition<_mlsql_v1_FunctionReply, _mlsql_v1_FunctionCall, _mlsql_v1_FunctionReply__Output, _mlsql_v1_FunctionCall__Output>
}
