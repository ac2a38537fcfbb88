// A train of eight groups whose script only saves a file, data already in the store, minus the same eight scripts started
// two at a time by a shell loop.
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SETUP_PYTHON } from '../shared/paths.js';
import { EmbeddedCluster } from '../test/support/embedded-cluster.js';
import { alternate, type Figure, median } from './report.js';

const ROUNDS = 7;
const GROUPS = 8;

export async function trainOverhead(): Promise<readonly Figure[]> {
  const cluster = await EmbeddedCluster.start({ executors: 2, slots: 1 });
  try {
    await cluster.file(
      'rows.json',
      Array.from({ length: 1000 }, (_, i) => JSON.stringify({ features: [i], label: i % 2 })).join('\n'),
    );
    await cluster.file(
      'save.py',
      'import os\nimport mlsql\np = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(p)\nopen(p + "/m", "w").write("m")\n',
    );
    const plain = join(cluster.root, 'plain');
    await mkdir(plain);
    await writeFile(
      join(plain, 'save.py'),
      'import os, sys\np = sys.argv[1]\nos.makedirs(p)\nopen(p + "/m", "w").write("m")\n',
    );
    const groups = Array.from(
      { length: GROUPS },
      (_, index) => `and \`fitParam.${index}.a\`="${index}"`,
    ).join(' ');
    const script = `load json.\`./rows.json\` as data;\ntrain data as PythonAlg.\`/bench/train\` where pythonScriptPath="./save.py" and keepVersion="true" and dataLocalFileNum="2" ${groups} as t;`;
    const synced: number[] = [];
    const written: number[] = [];
    await cluster.run(script);
    let round = 0;
    const { a, b } = await alternate(
      ROUNDS,
      async () => {
        const result = await cluster.run(script);
        if (result.code !== 0) throw new Error(result.stdout + result.stderr);
        const summary = result.events
          .filter((event) => event.event === 'job' && event.summary !== undefined)
          .at(-1)!.summary;
        synced.push(summary.bytesSynced);
        written.push(summary.dataBytesWritten);
        return summary.durationMs;
      },
      async () => {
        round += 1;
        const start = process.hrtime.bigint();
        const { status } = spawnSync(
          'sh',
          [
            '-c',
            `seq ${GROUPS} | xargs -P 2 -I{} "$0" "$1/save.py" "$1/out-${round}-{}"`,
            SETUP_PYTHON,
            plain,
          ],
          { stdio: 'inherit' },
        );
        if (status !== 0) throw new Error('the shell loop failed');
        return Number(process.hrtime.bigint() - start) / 1e6;
      },
    );
    return [
      {
        name: `train of ${GROUPS} groups over a shell loop`,
        value: a - b,
        unit: 'ms',
        reference: { name: 'the shell loop itself', value: b },
        goal: { text: '≤ 250 ms', met: a - b <= 250 },
      },
      {
        name: 'second train: data bytes written',
        value: median(written),
        unit: 'bytes',
        goal: { text: '0', met: written.every((value) => value === 0) },
      },
      {
        name: 'second train: bytes synced',
        value: median(synced),
        unit: 'bytes',
        goal: { text: '0', met: synced.every((value) => value === 0) },
      },
    ];
  } finally {
    await cluster.stop();
  }
}
