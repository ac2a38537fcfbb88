// Original file: proto/mlsql/v1/functions.proto

import type { Function as _mlsql_v1_Function, Function__Output as _mlsql_v1_Function__Output } from '../../mlsql/v1/Function.js';

export interface ListFunctionsResponse {
  'functions'?: (_mlsql_v1_Function)[];
}

export interface ListFunctionsResponse__Output {
  'functions': (_mlsql_v1_Function__Output)[];
}
