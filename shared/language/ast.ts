// The statements of a script, with the source position of every part. Texts are raw: `${name}` is still in them
// (substitution happens when the statement runs, since a `set … options type="sql"` needs the tables before it).
// Any text may hold one, table and function names too: whoever runs a statement passes each text through substitute().

/**
 * First character of a part, and its offsets in the script (end exclusive, UTF-16 units). Lines and columns count from
 * 1; a column is a Unicode code point, as editors show it, and a tab counts as one.
 */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/** A piece of text from the script, unquoted and unescaped, `${…}` untouched. */
export interface Text {
  readonly value: string;
  /** Of the text as written, quotes included. */
  readonly span: Span;
  /** The text as written, where that is not the value itself: with its quotes and escapes. */
  readonly raw?: string;
}

export interface Option {
  /** The key without back-quotes, dots kept: `fitParam.0.labelCol`. */
  readonly key: Text;
  readonly value: Text;
}

interface Base {
  /** From the first word to the last, without the semicolon. */
  readonly span: Span;
}

export interface SetStatement extends Base {
  readonly kind: 'set';
  readonly name: Text;
  readonly value: Text;
  readonly options: readonly Option[];
}
export interface LoadStatement extends Base {
  readonly kind: 'load';
  readonly format: Text;
  readonly path: Text;
  readonly options: readonly Option[];
  readonly table: Text;
}
export interface SelectStatement extends Base {
  readonly kind: 'select';
  /**
   * The select as written, without the final `as t`; its span maps positions within it back to the script. Where that
   * `as t` is Spark's alias as well it is still there: select-result.ts says when.
   */
  readonly sql: Text;
  /** Absent where the select does not name its result. */
  readonly table?: Text;
}
export type SaveMode = 'overwrite' | 'append' | 'errorIfExists' | 'ignore';
export interface SaveStatement extends Base {
  readonly kind: 'save';
  readonly mode: SaveMode;
  readonly table: Text;
  readonly format: Text;
  readonly path: Text;
  readonly options: readonly Option[];
  readonly partitionBy: readonly Text[];
}
export interface TrainStatement extends Base {
  readonly kind: 'train';
  readonly table: Text;
  readonly alg: Text;
  readonly path: Text;
  readonly options: readonly Option[];
  /** The name for the meta/0 rows, where given. */
  readonly result?: Text;
}
export interface RegisterStatement extends Base {
  readonly kind: 'register';
  readonly alg: Text;
  readonly path: Text;
  readonly name: Text;
  readonly options: readonly Option[];
}
export interface UnregisterStatement extends Base {
  readonly kind: 'unregister';
  readonly name: Text;
}
export interface PredictStatement extends Base {
  readonly kind: 'predict';
  readonly table: Text;
  readonly alg: Text;
  readonly path: Text;
  readonly options: readonly Option[];
  readonly result: Text;
}
export interface ShowStatement extends Base {
  readonly kind: 'show';
  readonly what: 'tables' | 'jobs' | 'runs' | 'executors' | 'functions' | 'models';
  /** For models: the path. */
  readonly argument?: Text;
}
export interface CancelStatement extends Base {
  readonly kind: 'cancel';
  readonly job: Text;
}
/** Trains the groups of an ended job that have no accepted result, into a new version that keeps the others' models. */
export interface RetryStatement extends Base {
  readonly kind: 'retry';
  readonly job: Text;
}

export type Statement =
  | SetStatement
  | LoadStatement
  | SelectStatement
  | SaveStatement
  | TrainStatement
  | RegisterStatement
  | UnregisterStatement
  | PredictStatement
  | ShowStatement
  | CancelStatement
  | RetryStatement;
