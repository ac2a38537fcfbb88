// Topics of rows on users' Kafkas, in the state file.
import type { NotedTopic, NotedTopics } from '../kafka/row-topics.js';
import type { StateDb } from './state-db.js';

export class RowTopicRecords implements NotedTopics {
  constructor(private readonly db: StateDb) {}

  load(): readonly NotedTopic[] {
    return [...this.db.read(['row-topic'])].map(({ value }) => value as NotedTopic);
  }

  put(topic: NotedTopic): Promise<void> {
    return this.db.write([{ key: ['row-topic', topic.name], value: topic }]);
  }

  remove(name: string): Promise<void> {
    return this.db.write([{ key: ['row-topic', name], value: undefined }]);
  }
}
