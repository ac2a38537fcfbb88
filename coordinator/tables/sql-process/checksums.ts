// CRC-32 as a scalar function: the one hash of Spark's that DuckDB lacks.
import { BIGINT, BLOB, type DuckDBConnection, DuckDBScalarFunction } from '@duckdb/node-api';

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** The checksum of bytes, 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  let rest = -1;
  for (const byte of bytes) rest = TABLE[(rest ^ byte) & 255]! ^ (rest >>> 8);
  return (rest ^ -1) >>> 0;
}

/** Registers `spark_crc32(BLOB)`. */
export function registerChecksums(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'spark_crc32',
      parameterTypes: [BLOB],
      returnType: BIGINT,
      mainFunction: (_info, input, output) => {
        const values = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row++) {
          const value = values.getItem(row) as { bytes: Uint8Array } | null;
          output.setItem(row, value === null ? null : BigInt(crc32(value.bytes)));
        }
        output.flush();
      },
    }),
  );
}
