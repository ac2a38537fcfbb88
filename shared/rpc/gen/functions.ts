import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Function as _mlsql_v1_Function, Function__Output as _mlsql_v1_Function__Output } from './mlsql/v1/Function.js';
import type { FunctionsClient as _mlsql_v1_FunctionsClient, FunctionsDefinition as _mlsql_v1_FunctionsDefinition } from './mlsql/v1/Functions.js';
import type { GetModelRequest as _mlsql_v1_GetModelRequest, GetModelRequest__Output as _mlsql_v1_GetModelRequest__Output } from './mlsql/v1/GetModelRequest.js';
import type { ListFunctionsRequest as _mlsql_v1_ListFunctionsRequest, ListFunctionsRequest__Output as _mlsql_v1_ListFunctionsRequest__Output } from './mlsql/v1/ListFunctionsRequest.js';
import type { ListFunctionsResponse as _mlsql_v1_ListFunctionsResponse, ListFunctionsResponse__Output as _mlsql_v1_ListFunctionsResponse__Output } from './mlsql/v1/ListFunctionsResponse.js';
import type { ListModelsRequest as _mlsql_v1_ListModelsRequest, ListModelsRequest__Output as _mlsql_v1_ListModelsRequest__Output } from './mlsql/v1/ListModelsRequest.js';
import type { ListModelsResponse as _mlsql_v1_ListModelsResponse, ListModelsResponse__Output as _mlsql_v1_ListModelsResponse__Output } from './mlsql/v1/ListModelsResponse.js';
import type { ModelGroup as _mlsql_v1_ModelGroup, ModelGroup__Output as _mlsql_v1_ModelGroup__Output } from './mlsql/v1/ModelGroup.js';
import type { ModelVersion as _mlsql_v1_ModelVersion, ModelVersion__Output as _mlsql_v1_ModelVersion__Output } from './mlsql/v1/ModelVersion.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  mlsql: {
    v1: {
      Function: MessageTypeDefinition<_mlsql_v1_Function, _mlsql_v1_Function__Output>
      /**
       * Functions shows registered functions and the models in the store.
       */
      Functions: SubtypeConstructor<typeof grpc.Client, _mlsql_v1_FunctionsClient> & { service: _mlsql_v1_FunctionsDefinition }
      GetModelRequest: MessageTypeDefinition<_mlsql_v1_GetModelRequest, _mlsql_v1_GetModelRequest__Output>
      ListFunctionsRequest: MessageTypeDefinition<_mlsql_v1_ListFunctionsRequest, _mlsql_v1_ListFunctionsRequest__Output>
      ListFunctionsResponse: MessageTypeDefinition<_mlsql_v1_ListFunctionsResponse, _mlsql_v1_ListFunctionsResponse__Output>
      ListModelsRequest: MessageTypeDefinition<_mlsql_v1_ListModelsRequest, _mlsql_v1_ListModelsRequest__Output>
      ListModelsResponse: MessageTypeDefinition<_mlsql_v1_ListModelsResponse, _mlsql_v1_ListModelsResponse__Output>
      ModelGroup: MessageTypeDefinition<_mlsql_v1_ModelGroup, _mlsql_v1_ModelGroup__Output>
      ModelVersion: MessageTypeDefinition<_mlsql_v1_ModelVersion, _mlsql_v1_ModelVersion__Output>
    }
  }
}

