// !show …: what the cluster knows, as a table.
import { MlsqlError } from '../../../shared/errors.js';
import type { ShowStatement } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import { readVersions } from '../../models/versions.js';
import { classifyAt } from '../../planning/inputs.js';
import type { ColumnInfo } from '../../tables/table-engine.js';
import { positionOf, type RunContext } from '../context.js';

type Row = Readonly<Record<string, unknown>>;

const SHOWN_MAX = 1000;

export async function runShow(context: RunContext, statement: ShowStatement): Promise<void> {
  const { columns, rows } = await content(context, statement);
  context.lastTable = {
    kind: 'rows',
    name: statement.what,
    columns,
    rowsJson: rows.map((row) =>
      JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, row[column.name] ?? null]))),
    ),
  };
}

async function content(
  context: RunContext,
  statement: ShowStatement,
): Promise<{ columns: ColumnInfo[]; rows: readonly Row[] }> {
  const { services, scope } = context;
  switch (statement.what) {
    case 'tables': {
      const tables = await services.engine.list(scope.session);
      const rows = tables.map((table) => ({
        name: table.name,
        columns: table.columns.map((column) => `${column.name} ${column.type}`).join(', '),
      }));
      return { columns: strings('name', 'columns'), rows };
    }
    case 'jobs':
      return {
        columns: [
          ...strings('jobId', 'runId', 'path'),
          bigint('version'),
          ...strings('state', 'reason', 'user'),
          bigint('groups'),
          bigint('succeeded'),
          bigint('failed'),
          bigint('submitTime'),
        ],
        rows: services.jobs.list(SHOWN_MAX).map((job) => ({
          ...job,
          groups: job.groupsTotal,
          succeeded: job.groupsSucceeded,
          failed: job.groupsFailed,
          submitTime: job.submitTimeMs,
        })),
      };
    case 'runs':
      return {
        columns: [
          ...strings('runId', 'scriptName', 'state', 'user'),
          bigint('statementsDone'),
          bigint('statementsTotal'),
          bigint('startTime'),
          ...strings('message'),
        ],
        rows: services.listRuns(SHOWN_MAX).map((run) => ({ ...run, startTime: run.startTimeMs })),
      };
    case 'executors':
      return {
        columns: [
          ...strings('name', 'state'),
          bigint('slots'),
          bigint('slotsBusy'),
          { name: 'cpus', type: 'double' },
          bigint('memoryBytes'),
          bigint('gpus'),
          ...strings('host', 'pythonVersion', 'version'),
        ],
        rows: services.jobs.executors().map((executor) => ({ ...executor })),
      };
    case 'functions':
      return {
        columns: [
          ...strings('name', 'alg', 'path'),
          bigint('version'),
          bigint('algIndex'),
          { name: 'score', type: 'double' },
          ...strings('kind'),
        ],
        rows: (await services.registry.list()).map((fn) => ({ ...fn })),
      };
    case 'models': {
      const argument = statement.argument!;
      const path = substitute(argument, scope.variables);
      const place = classifyAt(path, positionOf(argument));
      if (place.kind !== 'store')
        throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `"${path}" is no path of the store`, {
          position: positionOf(argument),
        });
      const versions = await readVersions(services.store, place.key);
      if (versions.length === 0)
        throw new MlsqlError('MLSQL_MODEL_NOT_FOUND', `no model lies at ${path}`, {
          position: positionOf(argument),
          hint: 'see mlsql fs ls for what is there',
        });
      const rows = versions.flatMap(({ version, groups }) => groups.map((group) => ({ ...group, version })));
      return {
        columns: [
          bigint('version'),
          bigint('algIndex'),
          { name: 'score', type: 'double' },
          ...strings('status', 'message'),
          bigint('startTime'),
          bigint('endTime'),
        ],
        rows,
      };
    }
  }
}

function strings(...names: string[]): ColumnInfo[] {
  return names.map((name) => ({ name, type: 'string' }));
}

function bigint(name: string): ColumnInfo {
  return { name, type: 'bigint' };
}
