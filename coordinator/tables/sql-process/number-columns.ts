// Columns of numbers that hold a column of short answers, and the vector that they are.
import { quoteName } from '../sql-text.js';

/** Names of the columns, a number each. */
export function numberColumns(column: string, dim: number): string[] {
  return Array.from({ length: dim }, (_, index) => `${column}:${index}`);
}

/** SQL of the vectors that the columns hold. */
export function vectorOfNumbers(column: string, dim: number): string {
  const values = numberColumns(column, dim).map(quoteName).join(', ');
  return `struct_pack("type" := 1::TINYINT, size := NULL::INTEGER, indices := NULL::INTEGER[], "values" := [${values}])`;
}
