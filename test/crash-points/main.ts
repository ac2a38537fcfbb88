// `npm run test:crash-points -- [--seconds N] [--seed S]`: ends processes at each of their crash points in turn.
import { parseArgs } from 'node:util';
import { crashTrial } from './crash-trial.js';

const { values } = parseArgs({
  options: {
    // Long enough for all of them; a shorter time is a sample, in an order of the seed's.
    seconds: { type: 'string', default: '1800' },
    seed: { type: 'string', default: '1' },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('--seconds takes a number above 0, --seed a whole number');
  process.exit(2);
}
const { outcome, trains, retries, resumed, violations } = await crashTrial(seconds, seed, (line) =>
  console.log(line),
);
console.log(
  [
    ...outcome.flatMap(({ name, died, known, missed }) => [
      `${name}: died at ${died} of ${known} points`,
      ...missed.map((point) => `  not reached again: ${point}`),
    ]),
    `seed ${seed}: ${trains} trains went on meanwhile, with ${retries} further attempts, ${resumed} from a checkpoint`,
    ...violations.map((violation) => `VIOLATED: ${violation}`),
    `violations: ${violations.length}`,
  ].join('\n'),
);
// Where nobody died nothing was shown.
process.exitCode = violations.length === 0 && outcome.every(({ died }) => died > 0) ? 0 : 1;
