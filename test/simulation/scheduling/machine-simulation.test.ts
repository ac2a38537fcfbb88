// Goal: nothing that executors, network and store do can make the machine break its promises. Method: many seeded stories
// of three minutes of storm and the calm behind it; the invariants are checked after each step (see machine-simulation.ts).
// One story again: MLSQL_SIMULATION_SEED=17 npx vitest run test/simulation; more of them: MLSQL_SIMULATION_SEEDS=5000.
import { describe, expect, it } from 'vitest';
import { MachineSimulation } from './machine-simulation.js';

const only = process.env.MLSQL_SIMULATION_SEED;
const count = Number(process.env.MLSQL_SIMULATION_SEEDS ?? 150);
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];

describe('the machine in a storm', () => {
  it(`keeps its promises in ${seeds.length} stories`, { timeout: 600_000 }, () => {
    let steps = 0;
    for (const seed of seeds) steps += new MachineSimulation(seed).run().steps;
    expect(steps).toBeGreaterThan(seeds.length * 10);
  });

  it('tells the same story for the same seed, and another for another', () => {
    const trace = (seed: number): string => new MachineSimulation(seed).run().trace;
    expect(trace(11)).toBe(trace(11));
    expect(trace(11)).not.toBe(trace(12));
  });
});
