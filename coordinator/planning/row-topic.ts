// Groups whose rows come from a topic. Pure.
import type { GroupSpec } from '../scheduling/model.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';

/** Beginning of a topic's name, and a group's, where the train names none. */
export const ROW_TOPIC_DEFAULT = 'mlsql';

/** `kafkaParam.…` as the train wrote it. */
export function kafkaParamOf(trainParams: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = 'kafkaParam.';
  return Object.fromEntries(
    Object.entries(trainParams).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
}

/** All data that the groups read, each file once: the partitions of the train's table, in order. */
export function dataOf(groups: readonly GroupSpec[]): readonly TaskInputFile[] {
  const parts = new Map(groups.flatMap(({ task }) => task.data.map((file) => [file.key, file] as const)));
  return [...parts.values()];
}

/**
 * The groups as their attempts read the topic: each in a consumer group of its own. A script finds both names in kafka_param.
 * @param topic - undefined: their rows come from the store
 * @param kafkaParam - as the train wrote it
 */
export function withRowTopic(
  groups: readonly GroupSpec[],
  topic: { readonly name: string; readonly partitions: number } | undefined,
  kafkaParam: Readonly<Record<string, string>>,
): readonly GroupSpec[] {
  const partOf = new Map(dataOf(groups).map(({ key }, part) => [key, part]));
  return groups.map((group) => {
    const { rowTopic: _, ...task } = group.task;
    if (topic === undefined) return { ...group, task: { ...task, kafkaParam } };
    const groupId = `${kafkaParam.group_id ?? ROW_TOPIC_DEFAULT}_${group.algIndex}`;
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
