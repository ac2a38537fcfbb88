// One retry where real processes share two cores with whatever else runs; a test that needs it twice fails.
// Two projects: `fast` needs nothing but this checkout, `real` starts whole clusters, servers and long examples.
import { defineConfig } from 'vitest/config';

const REAL = [
  'test/e2e/**/*.test.ts',
  'test/integration/**/*.test.ts',
  'test/spark-corpus/**/*.test.ts',
  '**/*.real.test.ts',
  '**/*.long.test.ts',
];
const NEVER = ['node_modules/**', 'dist/**'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make each other wait.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // One module graph a worker: a new one for each file costs half of all the time.
        test: { name: 'fast', include: ['**/*.test.ts'], exclude: [...NEVER, ...REAL], isolate: false },
      },
      {
        extends: true,
        test: { name: 'real', include: REAL, exclude: NEVER, testTimeout: 300_000, retry: 1 },
      },
    ],
  },
});
