// Original file: proto/mlsql/v1/functions.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetModelRequest as _mlsql_v1_GetModelRequest, GetModelRequest__Output as _mlsql_v1_GetModelRequest__Output } from '../../mlsql/v1/GetModelRequest.js';
import type { ListFunctionsRequest as _mlsql_v1_ListFunctionsRequest, ListFunctionsRequest__Output as _mlsql_v1_ListFunctionsRequest__Output } from '../../mlsql/v1/ListFunctionsRequest.js';
import type { ListFunctionsResponse as _mlsql_v1_ListFunctionsResponse, ListFunctionsResponse__Output as _mlsql_v1_ListFunctionsResponse__Output } from '../../mlsql/v1/ListFunctionsResponse.js';
import type { ListModelsRequest as _mlsql_v1_ListModelsRequest, ListModelsRequest__Output as _mlsql_v1_ListModelsRequest__Output } from '../../mlsql/v1/ListModelsRequest.js';
import type { ListModelsResponse as _mlsql_v1_ListModelsResponse, ListModelsResponse__Output as _mlsql_v1_ListModelsResponse__Output } from '../../mlsql/v1/ListModelsResponse.js';
import type { ModelVersion as _mlsql_v1_ModelVersion, ModelVersion__Output as _mlsql_v1_ModelVersion__Output } from '../../mlsql/v1/ModelVersion.js';

/**
 * Functions shows registered functions and the models in the store.
 */
export interface FunctionsClient extends grpc.Client {
  /**
   * One version with its groups.
   */
  GetModel(argument: _mlsql_v1_GetModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  GetModel(argument: _mlsql_v1_GetModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  GetModel(argument: _mlsql_v1_GetModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  GetModel(argument: _mlsql_v1_GetModelRequest, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  /**
   * One version with its groups.
   */
  getModel(argument: _mlsql_v1_GetModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  getModel(argument: _mlsql_v1_GetModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  getModel(argument: _mlsql_v1_GetModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  getModel(argument: _mlsql_v1_GetModelRequest, callback: grpc.requestCallback<_mlsql_v1_ModelVersion__Output>): grpc.ClientUnaryCall;
  
  /**
   * Lists the registered functions by name.
   */
  ListFunctions(argument: _mlsql_v1_ListFunctionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  ListFunctions(argument: _mlsql_v1_ListFunctionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  ListFunctions(argument: _mlsql_v1_ListFunctionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  ListFunctions(argument: _mlsql_v1_ListFunctionsRequest, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Lists the registered functions by name.
   */
  listFunctions(argument: _mlsql_v1_ListFunctionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  listFunctions(argument: _mlsql_v1_ListFunctionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  listFunctions(argument: _mlsql_v1_ListFunctionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  listFunctions(argument: _mlsql_v1_ListFunctionsRequest, callback: grpc.requestCallback<_mlsql_v1_ListFunctionsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Lists a path's versions, newest first.
   */
  ListModels(argument: _mlsql_v1_ListModelsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _mlsql_v1_ListModelsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _mlsql_v1_ListModelsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _mlsql_v1_ListModelsRequest, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Lists a path's versions, newest first.
   */
  listModels(argument: _mlsql_v1_ListModelsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _mlsql_v1_ListModelsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _mlsql_v1_ListModelsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _mlsql_v1_ListModelsRequest, callback: grpc.requestCallback<_mlsql_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Functions shows registered functions and the models in the store.
 */
export interface FunctionsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * One version with its groups.
   */
  GetModel: grpc.handleUnaryCall<_mlsql_v1_GetModelRequest__Output, _mlsql_v1_ModelVersion>;
  
  /**
   * Lists the registered functions by name.
   */
  ListFunctions: grpc.handleUnaryCall<_mlsql_v1_ListFunctionsRequest__Output, _mlsql_v1_ListFunctionsResponse>;
  
  /**
   * Lists a path's versions, newest first.
   */
  ListModels: grpc.handleUnaryCall<_mlsql_v1_ListModelsRequest__Output, _mlsql_v1_ListModelsResponse>;
  
}

export interface FunctionsDefinition extends grpc.ServiceDefinition {
  GetModel: MethodDefinition<_mlsql_v1_GetModelRequest, _mlsql_v1_ModelVersion, _mlsql_v1_GetModelRequest__Output, _mlsql_v1_ModelVersion__Output>
  ListFunctions: MethodDefinition<_mlsql_v1_ListFunctionsRequest, _mlsql_v1_ListFunctionsResponse, _mlsql_v1_ListFunctionsRequest__Output, _mlsql_v1_ListFunctionsResponse__Output>
  ListModels: MethodDefinition<_mlsql_v1_ListModelsRequest, _mlsql_v1_ListModelsResponse, _mlsql_v1_ListModelsRequest__Output, _mlsql_v1_ListModelsResponse__Output>
}
