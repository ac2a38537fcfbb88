// Groups whose rows come from a topic. Pure.
import { ROW_NAME_DEFAULT } from '../../shared/kafka/kafka-access.js';
import type { GroupSpec } from '../scheduling/model.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';

/** Whether the group's attempts are given rows one by one. */
export const isStreamed = ({ task, kept }: GroupSpec): boolean => !task.dataLocal && kept === undefined;

/** All data that the streamed groups read, each file once: partitions of the train's table, in order. */
export function streamedData(groups: readonly GroupSpec[]): readonly TaskInputFile[] {
  const files = groups.filter(isStreamed).flatMap(({ task }) => task.data);
  return [...new Map(files.map((file) => [file.key, file])).values()];
}

/**
 * Streamed groups as their attempts read the topic: each in a consumer group of its own. A script finds both names in
 * kafka_param.
 * @param topic - undefined: their rows come from the store
 * @param kafkaParam - as the train wrote it
 */
export function withRowTopic(
  groups: readonly GroupSpec[],
  topic: { readonly name: string; readonly partitions: number } | undefined,
  kafkaParam: Readonly<Record<string, string>>,
): readonly GroupSpec[] {
  const partOf = new Map(streamedData(groups).map(({ key }, part) => [key, part]));
  return groups.map((group) => {
    if (!isStreamed(group)) return group;
    const { rowTopic: _, ...task } = group.task;
    if (topic === undefined) return { ...group, task: { ...task, kafkaParam } };
    const groupId = `${kafkaParam.group_id || ROW_NAME_DEFAULT}_${group.algIndex}`;
    return {
      ...group,
      task: {
        ...task,
        kafkaParam: { ...kafkaParam, topic: topic.name, group_id: groupId },
        rowTopic: { ...topic, parts: task.data.map(({ key }) => partOf.get(key)!) },
      },
    };
  });
}
