// Resident memory of each process after one load, train and select.
import { readdirSync, readFileSync } from 'node:fs';
import { EmbeddedCluster } from '../test/support/embedded-cluster.js';
import type { Figure } from './report.js';

const MIB = 1024 * 1024;

export async function memory(): Promise<readonly Figure[]> {
  const cluster = await EmbeddedCluster.start({ executors: 2, slots: 1 });
  try {
    await cluster.file(
      'rows.json',
      Array.from({ length: 10_000 }, (_, i) => JSON.stringify({ features: [i, i + 1], label: i % 2 })).join(
        '\n',
      ),
    );
    await cluster.file(
      'save.py',
      'import os\nimport mlsql\np = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(p)\nopen(p + "/m", "w").write("m")\n',
    );
    const result = await cluster.run(
      'load json.`./rows.json` as data; train data as PythonAlg.`/bench/memory` where pythonScriptPath="./save.py"; select label, count(*) as n from data group by label as r;',
    );
    if (result.code !== 0) throw new Error(result.stdout + result.stderr);
    const processes = descendants(cluster.pid).map((pid) => ({
      pid,
      name: nameOf(pid),
      bytes: residentBytes(pid),
    }));
    const figures: Figure[] = processes.map(({ name, bytes }) => ({
      name: `resident: ${name}`,
      value: bytes / MIB,
      unit: 'MB',
    }));
    const coordinator =
      sum(processes.filter(({ name }) => /coordinator|sql/.test(name)).map(({ bytes }) => bytes)) / MIB;
    const executors = processes.filter(({ name }) => name === 'executor').map(({ bytes }) => bytes / MIB);
    return [
      ...figures,
      {
        name: 'coordinator with its SQL processes',
        value: coordinator,
        unit: 'MB',
        goal: { text: '≤ 350 MB', met: coordinator <= 350 },
      },
      {
        name: 'largest executor without its children',
        value: Math.max(...executors),
        unit: 'MB',
        goal: { text: '≤ 110 MB', met: Math.max(...executors) <= 110 },
      },
    ];
  } finally {
    await cluster.stop();
  }
}

function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const found = [root];
  for (const parent of found) for (const [pid, of] of parents) if (of === parent) found.push(pid);
  return found;
}

function nameOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const script = command.find((part) => /dist\/|mlsql_/.test(part)) ?? command[0] ?? '';
  if (script.includes('coordinator/main')) return 'coordinator';
  if (script.includes('executor/main')) return 'executor';
  if (script.includes('sql-process')) return 'sql process';
  if (script.includes('mlsql_sql')) return 'sql translator';
  if (script.includes('cli/main')) return 'mlsql up';
  return script.slice(script.lastIndexOf('/') + 1);
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
