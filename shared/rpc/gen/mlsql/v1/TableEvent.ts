// Original file: proto/mlsql/v1/runs.proto

import type { Column as _mlsql_v1_Column, Column__Output as _mlsql_v1_Column__Output } from '../../mlsql/v1/Column.js';
import type { Long } from '@grpc/proto-loader';

export interface TableEvent {
  /**
   * The table's name; empty for a select without `as`.
   */
  'name'?: (string);
  'columns'?: (_mlsql_v1_Column)[];
  /**
   * One JSON object a row, in column order.
   */
  'rowsJson'?: (string)[];
  /**
   * Rows the table has in all.
   */
  'rowCount'?: (number | string | Long);
  /**
   * True where the limit cut rows off.
   */
  'truncated'?: (boolean);
  /**
   * False: another table event with more rows of the same table follows.
   */
  'last'?: (boolean);
}

export interface TableEvent__Output {
  /**
   * The table's name; empty for a select without `as`.
   */
  'name': (string);
  'columns': (_mlsql_v1_Column__Output)[];
  /**
   * One JSON object a row, in column order.
   */
  'rowsJson': (string)[];
  /**
   * Rows the table has in all.
   */
  'rowCount': (number);
  /**
   * True where the limit cut rows off.
   */
  'truncated': (boolean);
  /**
   * False: another table event with more rows of the same table follows.
   */
  'last': (boolean);
}
