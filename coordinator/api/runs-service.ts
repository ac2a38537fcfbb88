// gRPC Runs: domain events to messages, and log lines read from the log store where an event says which.
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { RunEvent as RunEventMessage } from '../../shared/rpc/gen/mlsql/v1/RunEvent.js';
import type { RunsHandlers } from '../../shared/rpc/gen/mlsql/v1/Runs.js';
import type { SubmitRunRequest__Output } from '../../shared/rpc/gen/mlsql/v1/SubmitRunRequest.js';
import type { RunEvent } from '../runs/run-events.js';
import type { RunManager, RunSubmission } from '../runs/run-manager.js';
import type { LogStore } from '../runtime/log-store.js';
import { clientTrees } from './client-trees.js';
import { serverStream, unary } from './handlers.js';

const LIST_DEFAULT = 100;

export function runsService(runs: RunManager, logs: LogStore, store: ObjectStore): RunsHandlers {
  return {
    SubmitRun: unary(async (request) => runs.submit(await submissionOf(store, request))),
    FollowRun: serverStream(async function* (request, signal) {
      for await (const event of runs.follow(request.runId, request.afterSeq, signal))
        yield* messagesOf(event, logs);
    }),
    CancelRun: unary((request) => {
      runs.cancel(request.runId);
      return {};
    }),
    ListRuns: unary((request) => ({
      runs: runs
        .list(request.limit === 0 ? LIST_DEFAULT : request.limit)
        .map((run) => ({ ...run, jobIds: [...run.jobIds] })),
    })),
    GetRun: unary((request) => {
      const run = runs.get(request.runId);
      return { ...run, jobIds: [...run.jobIds] };
    }),
    OpenSession: unary(async () => ({ sessionId: await runs.openSession() })),
    CloseSession: unary(async (request) => {
      await runs.closeSession(request.sessionId);
      return {};
    }),
  };
}

async function submissionOf(store: ObjectStore, request: SubmitRunRequest__Output): Promise<RunSubmission> {
  const { runId, script, scriptName, settings, rowLimit, sessionId, user, baseDir } = request;
  const clientFiles = await clientTrees(store, request.clientFiles);
  return { runId, script, scriptName, settings, clientFiles, rowLimit, sessionId, user, baseDir };
}

async function* messagesOf(event: RunEvent, logs: LogStore): AsyncGenerator<RunEventMessage> {
  const { seq, timeMs, body } = event;
  const base = { seq, timeMs };
  switch (body.kind) {
    case 'statement':
      yield {
        ...base,
        statement: { index: body.index, kind: body.statement, state: body.state, line: body.line },
      };
      return;
    case 'job': {
      const { kind: _, groups, summary, ...job } = body;
      yield { ...base, job: { ...job, groups: [...groups], ...(summary !== undefined && { summary }) } };
      return;
    }
    case 'log': {
      const lines = await logs.read(body, body.firstSeq, body.count);
      yield {
        ...base,
        log: {
          jobId: body.jobId,
          algIndex: body.algIndex,
          attempt: body.attempt,
          firstSeq: body.firstSeq,
          lines: [...lines],
        },
      };
      return;
    }
    case 'table': {
      const { kind: _, ...table } = body;
      yield { ...base, table: { ...table, columns: [...table.columns], rowsJson: [...table.rowsJson] } };
      return;
    }
    case 'warning': {
      const { kind: _, ...warning } = body;
      yield { ...base, warning };
      return;
    }
    case 'error': {
      const { kind: _, ...error } = body;
      yield { ...base, error };
      return;
    }
    case 'done': {
      const { kind: _, ...done } = body;
      yield { ...base, done };
      return;
    }
  }
}
