// `npm run test:chaos -- [--minutes M] [--seed S] [--counts-only]`: the soak, its figures, and an exit code.
import { parseArgs } from 'node:util';
import { soak } from './soak.js';

/** Of the undisturbed phase's throughput. */
const RATIO_MIN = 0.7;
const SLOTS_FREE_MAX_MS = 5000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    // Times depend on what else the machine does; counts never do.
    'counts-only': { type: 'boolean', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error('--minutes takes a number above 0, --seed a whole number');
  process.exit(2);
}
const result = await soak(minutes, seed, (line) => console.log(line));
const { kills, pauses, undisturbed, disturbed } = result.outcome;
const ratio = disturbed / undisturbed;
console.log(
  [
    `seed ${seed}: ${result.trains} trains, ${kills} kills, ${pauses} pauses, ${result.retries} further attempts, ${result.resumed} from a checkpoint`,
    `groups a second: ${undisturbed.toFixed(2)} undisturbed, ${disturbed.toFixed(2)} disturbed, ratio ${ratio.toFixed(2)} (at least ${RATIO_MIN})`,
    `slots free ${(result.slotsFreeMs / 1000).toFixed(1)} s after the last train (at most ${SLOTS_FREE_MAX_MS / 1000})`,
    ...result.violations.map((violation) => `VIOLATED: ${violation}`),
    `violations: ${result.violations.length}`,
  ].join('\n'),
);
const inTime = values['counts-only'] || (ratio >= RATIO_MIN && result.slotsFreeMs <= SLOTS_FREE_MAX_MS);
process.exitCode = result.violations.length === 0 && inTime ? 0 : 1;
