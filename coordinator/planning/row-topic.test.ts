import { expect, test } from 'vitest';
import { taskSpec } from '../../test/support/machine.js';
import type { GroupSpec, KeptGroup } from '../scheduling/model.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';
import { streamedData, withRowTopic } from './row-topic.js';

const part = (name: string): TaskInputFile => ({
  path: name,
  key: `data/${name}`,
  sizeBytes: 1,
  sha256: name,
  executable: false,
});
const group = (
  algIndex: number,
  data: readonly TaskInputFile[],
  more: Partial<GroupSpec> = {},
): GroupSpec => ({
  algIndex,
  task: taskSpec({ dataLocal: false, data }),
  inputs: [],
  retries: 0,
  ...more,
});
const topic = { name: 'mine_job_1', partitions: 2 };
const [a, b, c] = ['a', 'b', 'c'].map(part) as [TaskInputFile, TaskInputFile, TaskInputFile];

test('each group reads the partitions that are its own, under a name of its own', () => {
  const groups = [group(0, [a, b]), group(7, [b])];
  expect(streamedData(groups)).toEqual([a, b]);
  const tasks = withRowTopic(groups, topic, { topic: 'mine', group_id: 'g' }).map(({ task }) => task);
  expect(tasks.map(({ rowTopic }) => rowTopic?.parts)).toEqual([[0, 1], [1]]);
  expect(tasks.map(({ kafkaParam }) => kafkaParam)).toEqual([
    { topic: 'mine_job_1', group_id: 'g_0' },
    { topic: 'mine_job_1', group_id: 'g_7' },
  ]);
  const [unnamed] = withRowTopic(groups, topic, { group_id: '' });
  expect(unnamed?.task.kafkaParam.group_id).toBe('mlsql_0');
});

test('what a retry keeps, and what lies on disk, has no part in it', () => {
  const kept = group(0, [a], { kept: {} as KeptGroup });
  const local = group(1, [b], { task: taskSpec({ data: [b] }) });
  const groups = [kept, local, group(2, [c])];
  expect(streamedData(groups)).toEqual([c]);
  const [first, second, third] = withRowTopic(groups, topic, {});
  expect([first, second]).toEqual([kept, local]);
  expect(third?.task.rowTopic?.parts).toEqual([0]);
});

test('a topic of an earlier job is forgotten where there is no new one', () => {
  const [before] = withRowTopic([group(0, [a])], topic, { topic: 'mine' });
  const [after] = withRowTopic([before!], undefined, { topic: 'mine' });
  expect([after?.task.rowTopic, after?.task.kafkaParam]).toEqual([undefined, { topic: 'mine' }]);
});
