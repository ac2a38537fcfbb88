// Spark's hash() as DuckDB macros: Murmur3 of 32 bits over the value's bytes, each column's hash being the next one's seed.

const MASK = '4294967295::UBIGINT';

/** Runs a value through steps, each an expression over x: macros put arguments in as text, so x must not stand for much. */
function steps(list: string, ...bodies: readonly string[]): string {
  return bodies.reduce((inner, body) => `list_transform(${inner}, lambda x: ${body})`, list);
}

const times = (factor: number): string => `(x * ${factor}::UBIGINT) & ${MASK}`;

const MIXED = `((((xor(h, k) << 13) & ${MASK}) | (xor(h, k) >> 19)) * 5::UBIGINT + ${0xe6546b64}::UBIGINT) & ${MASK}`;

/** Statements, in order; later ones use earlier ones. Null leaves the seed as it is. */
export const HASH_MACROS: readonly string[] = [
  'signed32(x) AS CASE WHEN x >= 2147483648 THEN CAST(x AS BIGINT) - 4294967296 ELSE CAST(x AS BIGINT) END',
  `murmur_words(w) AS ${steps('w', times(0xcc9e2d51), `((x << 15) & ${MASK}) | (x >> 17)`, times(0x1b873593))}`,
  `murmur(w, n, seed) AS CAST(spark_signed32(${steps(
    `[xor(list_reduce(spark_murmur_words(w), lambda h, k: ${MIXED}, CAST(CAST(seed AS BIGINT) & 4294967295 AS UBIGINT)), CAST(n AS UBIGINT))]`,
    'xor(x, x >> 16)',
    times(0x85ebca6b),
    'xor(x, x >> 13)',
    times(0xc2b2ae35),
    'xor(x, x >> 16)',
  )}[1]) AS INTEGER)`,
  `hash_int(v, seed) AS list_transform([seed], lambda s: CASE WHEN v IS NULL THEN s ELSE
    spark_murmur([CAST(CAST(v AS BIGINT) & 4294967295 AS UBIGINT)], 4, s) END)[1]`,
  `hash_long(v, seed) AS list_transform([seed], lambda s: CASE WHEN v IS NULL THEN s ELSE
    spark_murmur([CAST(v & 4294967295 AS UBIGINT), CAST((v >> 32) & 4294967295 AS UBIGINT)], 8, s) END)[1]`,
  // Words are little-endian; the bytes left over are words of their own, with their sign.
  `hex_word(t, i) AS CAST('0x' || substr(t, i + 6, 2) || substr(t, i + 4, 2) || substr(t, i + 2, 2) || substr(t, i, 2) AS UBIGINT)`,
  `hex_byte(t, i) AS CAST('0x' || CASE WHEN substr(t, i, 1) >= '8' THEN 'FFFFFF' ELSE '' END || substr(t, i, 2) AS UBIGINT)`,
  `hash_hex(v, seed) AS list_transform([{'s': seed, 't': v}], lambda p: CASE WHEN p.t IS NULL THEN p.s ELSE spark_murmur(list_concat(
    list_transform(range(0, length(p.t) // 8), lambda i: spark_hex_word(p.t, i * 8 + 1)),
    list_transform(range(length(p.t) // 8 * 4, length(p.t) // 2), lambda i: spark_hex_byte(p.t, i * 2 + 1))), length(p.t) // 2, p.s) END)[1]`,
  `double_bits(v) AS CASE WHEN v = 0 THEN 0::BIGINT WHEN isnan(v) THEN 9221120237041090560 ELSE CAST(CAST(v AS BIT) AS BIGINT) END`,
  `float_bits(v) AS CASE WHEN v = 0 THEN 0::INTEGER WHEN isnan(v) THEN 2143289344 ELSE CAST(CAST(v AS BIT) AS INTEGER) END`,
];
