// Original file: proto/mlsql/v1/executors.proto


/**
 * A topic that holds all rows of a train's data: each a MessagePack map, a `_stop_` mark behind each partition's last.
 */
export interface RowTopic {
  'name'?: (string);
  /**
   * Of the topic.
   */
  'partitions'?: (number);
  /**
   * Of each of TaskSpec.data, which partition of the train's whole data it is.
   */
  'parts'?: (number)[];
}

/**
 * A topic that holds all rows of a train's data: each a MessagePack map, a `_stop_` mark behind each partition's last.
 */
export interface RowTopic__Output {
  'name': (string);
  /**
   * Of the topic.
   */
  'partitions': (number);
  /**
   * Of each of TaskSpec.data, which partition of the train's whole data it is.
   */
  'parts': (number)[];
}
