// Lines by which a script tells its score, metrics and progress.

/** What a marker line says. */
export type Marker =
  /** value null: printed, but not a finite number; it never wins. */
  | { readonly kind: 'score'; readonly value: number | null; readonly text: string }
  | { readonly kind: 'metric'; readonly name: string; readonly value: number }
  /** value from 0 to 1. */
  | { readonly kind: 'progress'; readonly value: number };

const MARKER = /^mlsql_(validation_score|metric|progress):(.*)$/s;
const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w.])/i;

/** The marker at the start of the line; undefined for every other line, and for metrics and progress that are no number. */
export function parseMarker(line: string): Marker | undefined {
  // Nearly every line ends here.
  if (!line.startsWith('mlsql_')) return undefined;
  const match = MARKER.exec(line);
  const rest = match?.[2] ?? '';
  switch (match?.[1]) {
    case 'validation_score':
      return { kind: 'score', value: finiteNumber(rest) ?? null, text: rest.trim() };
    case 'progress': {
      const value = finiteNumber(rest);
      return value === undefined ? undefined : { kind: 'progress', value: Math.min(1, Math.max(0, value)) };
    }
    case 'metric': {
      const split = rest.indexOf('=');
      const name = rest.slice(0, Math.max(0, split)).trim();
      const value = finiteNumber(rest.slice(split + 1));
      return name === '' || value === undefined ? undefined : { kind: 'metric', name, value };
    }
    default:
      return undefined;
  }
}

function finiteNumber(text: string): number | undefined {
  const value = Number(NUMBER.exec(text)?.[1] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}
