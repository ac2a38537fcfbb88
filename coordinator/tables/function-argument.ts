// One row of a batch of arguments, as a condition that finds the row it came from.
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

interface WireBatch {
  readonly dim?: number;
  readonly values: Uint8Array;
  readonly offsets?: Uint8Array;
  readonly sparse?: Uint8Array;
  readonly sizes?: Uint8Array;
  readonly indices?: Uint8Array;
}

/**
 * SQL that is true where a value is the argument in that row of a batch (docs/function-wire.md).
 * @param value - SQL of the value
 * @param variant - whether it is a list of numbers or a vector
 */
export function isArgument(
  value: string,
  variant: 'list' | 'vector',
  batch: Uint8Array,
  row: number,
): string {
  const wire = packr.unpack(batch) as WireBatch;
  const offsets =
    wire.offsets === undefined ? undefined : new Int32Array(new Uint8Array(wire.offsets).buffer);
  const start = offsets === undefined ? row * wire.dim! : offsets[row]!;
  const end = offsets === undefined ? start + wire.dim! : offsets[row + 1]!;
  const values = new Float64Array(new Uint8Array(wire.values.subarray(start * 8, end * 8)).buffer);
  const numbers = `[${[...values].map(numberSql).join(', ')}]::DOUBLE[]`;
  if (variant === 'list') return `${value} = ${numbers}`;
  if (wire.sparse?.[row] !== 1) return `${value}."type" = 1 AND ${value}."values" = ${numbers}`;
  const indices = new Int32Array(new Uint8Array(wire.indices!.subarray(start * 4, end * 4)).buffer);
  const size = new Int32Array(new Uint8Array(wire.sizes!).buffer)[row]!;
  return `${value}."type" = 0 AND ${value}.size = ${size} AND ${value}.indices = [${[...indices].join(', ')}]::INTEGER[] AND ${value}."values" = ${numbers}`;
}

function numberSql(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return `'${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}'`;
}
