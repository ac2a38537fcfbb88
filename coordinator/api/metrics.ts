// The coordinator's metrics, read from its parts when somebody asks; prom-client is loaded at the first question.

import type { RunManager } from '../runs/run-manager.js';
import type { JobRuntime } from '../runtime/job-runtime.js';

const JOBS_COUNTED_MAX = 100_000;

export function metricsPage(
  jobs: JobRuntime,
  runs: RunManager,
  kafkaLines: Readonly<Record<string, number>>,
): () => Promise<{ contentType: string; text: string }> {
  let page: Promise<() => Promise<{ contentType: string; text: string }>> | undefined;
  return async () => {
    page ??= buildPage(jobs, runs, kafkaLines);
    return (await page)();
  };
}

async function buildPage(
  jobs: JobRuntime,
  runs: RunManager,
  kafkaLines: Readonly<Record<string, number>>,
): Promise<() => Promise<{ contentType: string; text: string }>> {
  const { collectDefaultMetrics, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (
    name: string,
    help: string,
    label: string,
    count: () => ReadonlyMap<string, number>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, number] of count()) this.set({ [label]: value }, number);
      },
    });
  };
  const executors = () =>
    jobs.executors().filter((executor) => executor.state === 'ready' || executor.state === 'draining');
  gauge('mlsql_coordinator_jobs', 'Jobs by state.', 'state', () =>
    countBy(jobs.list(JOBS_COUNTED_MAX), (job) => job.state),
  );
  gauge('mlsql_coordinator_runs', 'Runs by state.', 'state', () =>
    countBy(runs.list(JOBS_COUNTED_MAX), (run) => run.state),
  );
  gauge('mlsql_coordinator_executors', 'Executors by state.', 'state', () =>
    countBy(jobs.executors(), (executor) => executor.state),
  );
  gauge(
    'mlsql_coordinator_slots',
    'Slots of connected executors, all and busy.',
    'kind',
    () =>
      new Map([
        ['all', executors().reduce((sum, executor) => sum + executor.slots, 0)],
        ['busy', executors().reduce((sum, executor) => sum + executor.slotsBusy, 0)],
      ]),
  );
  gauge(
    'mlsql_coordinator_kafka_log_lines',
    'Log lines that reached the Kafka topic of their user, and that never will, since this coordinator began.',
    'outcome',
    () => new Map(Object.entries(kafkaLines)),
  );
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
