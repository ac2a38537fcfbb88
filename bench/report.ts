// Figures of the benchmarks: medians of alternating rounds, as a table and as JSON.
import Table from 'cli-table3';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it stands beside, measured in the same run. */
  readonly reference?: { readonly name: string; readonly value: number };
  /** The goal, as a sentence, and whether this run met it. */
  readonly goal?: { readonly text: string; readonly met: boolean };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) throw new Error('median of nothing');
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Calls the two in turn, A B A B …, and gives the medians of what they return. */
export async function alternate(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ a: number; b: number }> {
  const valuesA: number[] = [];
  const valuesB: number[] = [];
  for (let round = 0; round < rounds; round++) {
    valuesA.push(await a());
    valuesB.push(await b());
  }
  return { a: median(valuesA), b: median(valuesB) };
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

export function printFigures(figures: readonly Figure[]): void {
  const table = new Table({
    head: ['figure', 'value', 'reference', 'goal', ''],
    style: { head: [], border: [] },
  });
  for (const figure of figures) {
    table.push([
      figure.name,
      `${round(figure.value)} ${figure.unit}`,
      figure.reference === undefined
        ? ''
        : `${figure.reference.name}: ${round(figure.reference.value)} ${figure.unit}`,
      figure.goal?.text ?? '',
      figure.goal === undefined ? '' : figure.goal.met ? 'met' : 'MISSED',
    ]);
  }
  console.log(table.toString());
  console.log(JSON.stringify({ figures }));
}

function round(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
