// Rows of a train through the user's Kafka, where it names one and wants its rows streamed; else straight from the store.
import { MlsqlError, type Position } from '../../../shared/errors.js';
import type { JobId } from '../../../shared/ids.js';
import { kafkaAccess, logTopic, rowTopicPrefix } from '../../../shared/kafka/kafka-access.js';
import { isStreamed, streamedData, withRowTopic } from '../../planning/row-topic.js';
import type { GroupSpec } from '../../scheduling/model.js';
import type { RunContext } from '../context.js';

/** @throws MlsqlError at the position, for an option that no Kafka can be reached with */
export function checkKafka(kafkaParam: Readonly<Record<string, string>>, position: Position): void {
  try {
    logTopic(kafkaParam);
    rowTopicPrefix(kafkaParam);
    kafkaAccess(kafkaParam);
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
}

/** A warning that belongs to the whole train. */
export interface TrainWarning {
  readonly code: string;
  readonly message: string;
}

/**
 * Has the rows of streamed groups come through a topic, where a broker is named.
 * @param kafkaParam - as the train wrote it
 * @returns the groups as they run, and why they read the store although a broker is named
 */
export async function throughKafka(
  context: RunContext,
  position: Position,
  jobId: JobId,
  groups: readonly GroupSpec[],
  kafkaParam: Readonly<Record<string, string>>,
): Promise<{ readonly groups: readonly GroupSpec[]; readonly warnings: readonly TrainWarning[] }> {
  const access = kafkaAccess(kafkaParam);
  if (access === undefined || !groups.some(isStreamed)) return { groups, warnings: [] };
  const { rowTopics } = context.services;
  try {
    const parts = streamedData(groups);
    const topic = await rowTopics.publish(jobId, access, rowTopicPrefix(kafkaParam), parts);
    return { groups: withRowTopic(groups, topic, kafkaParam), warnings: [] };
  } catch (error) {
    if (!(error instanceof MlsqlError) || error.code !== 'MLSQL_TRAIN_NO_KAFKA') throw error;
    const warning = { code: error.code, message: error.message } as const;
    context.warn({
      ...warning,
      hint: 'rows are fed to the script directly; mlsql.read_data() is the same',
      ...position,
      jobId,
    });
    return { groups: withRowTopic(groups, undefined, kafkaParam), warnings: [warning] };
  }
}
