// Where the rows of a streamed attempt come from.

/** Takes a piece of JSON lines; undefined: there is room for more. */
export type RowSink = (piece: Buffer) => Promise<void> | undefined;

/** Gives all rows from the first one, as JSON lines, each time it is asked. */
export interface RowSource {
  /**
   * Resolves behind the last row.
   * @throws what keeps the rows from being complete
   */
  send(sink: RowSink, signal: AbortSignal): Promise<void>;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** What a source tells its attempt. */
export interface RowSourceEvents {
  /** Bytes came. */
  readonly onBytes: (count: number) => void;
  /** The store is asked again. */
  readonly onRetry: (error: unknown) => void;
}
