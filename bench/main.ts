// `npm run bench [-- NAME …]`: each figure beside its reference, measured in the same run on the same machine.
import { durableJobs } from './durable-jobs.js';
import { functionCalls } from './function-calls.js';
import { kafkaRows } from './kafka-rows.js';
import { logLines } from './log-lines.js';
import { memory } from './memory.js';
import { type Figure, printFigures } from './report.js';
import { s3Sync } from './s3-sync.js';
import { splitTable } from './split-table.js';
import { startUp } from './start-up.js';
import { trainOverhead } from './train-overhead.js';

const BENCHES: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  'start-up': startUp,
  'train-overhead': trainOverhead,
  'split-table': splitTable,
  'function-calls': functionCalls,
  memory,
  'durable-jobs': durableJobs,
  'log-lines': logLines,
  's3-sync': s3Sync,
  'kafka-rows': kafkaRows,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`${name} …`);
  figures.push(...(await bench()));
}
printFigures(figures);
