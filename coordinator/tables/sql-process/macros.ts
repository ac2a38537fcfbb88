// DuckDB macros with Spark’s meaning; python/mlsql_sql writes their names.

import { HASH_MACROS } from './hash-macros.js';

const SPACE = '[\\x00-\\x20]*';
const NUMBER = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?';
const OFFSET = 'Z|UTC|GMT|UT|(?:UTC|GMT|UT)?[+-]\\d{1,2}(?::?\\d{2})?';
const ZONE = `${OFFSET}|[A-Z][A-Za-z0-9]+(?:/[A-Z][A-Za-z0-9_+-]*)*`;
const TIMESTAMP = `^${SPACE}([+-]?\\d{4,6})(?:-(\\d{1,2})(?:-(\\d{1,2})(?:[ T](\\d{1,2})(?::(\\d{1,2})(?::(\\d{1,2})(?:\\.(\\d{0,9}))? ?(${ZONE})?)?)?)?)?)?${SPACE}$`;
// What most timestamps look like: DuckDB reads them as Spark does, and fast.
const PLAIN_TIMESTAMP = '\\d{4}-\\d{2}-\\d{2}[ T](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?';

const NOW = `CAST(timezone('UTC', now()) AS TIMESTAMP)`;

/** Statements, in order; later ones use earlier ones. */
export const MACROS: readonly string[] = [
  // Integers that leave their range come back at its other end, as in Java.
  'wrap8(x) AS CAST((((x & 255) + 128) & 255) - 128 AS TINYINT)',
  'wrap16(x) AS CAST((((x & 65535) + 32768) & 65535) - 32768 AS SMALLINT)',
  'wrap32(x) AS CAST((((x & 4294967295) + 2147483648) & 4294967295) - 2147483648 AS INTEGER)',
  // Each argument stands once: a sum of thirty columns must not become text of 2^30 copies.
  `wrap64(x) AS CAST(((CAST(x AS HUGEINT) + 9223372036854775808::HUGEINT) & 18446744073709551615::HUGEINT) - 9223372036854775808::HUGEINT AS BIGINT)`,
  'add64(a, b) AS spark_wrap64(CAST(a AS HUGEINT) + CAST(b AS HUGEINT))',
  'sub64(a, b) AS spark_wrap64(CAST(a AS HUGEINT) - CAST(b AS HUGEINT))',
  'mul64(a, b) AS spark_wrap64(CAST(a AS HUGEINT) * CAST(b AS HUGEINT))',

  // Division that cuts off, and division that rounds half away from zero, of whole numbers.
  'quotient(a, b) AS (a - a % b) // b',
  `rounded_quotient(a, b) AS spark_quotient(a, b) + CASE WHEN abs(a % b) >= abs(b) - abs(a % b) THEN CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END ELSE 0 END`,

  // Numbers from doubles.
  `double_to_long(x) AS CASE WHEN isnan(x) THEN 0 WHEN x >= 9223372036854775807 THEN 9223372036854775807
    WHEN x <= -9223372036854775808 THEN -9223372036854775808 ELSE CAST(trunc(x) AS BIGINT) END`,
  `double_to_int(x) AS CAST(CASE WHEN isnan(x) THEN 0 WHEN x >= 2147483647 THEN 2147483647
    WHEN x <= -2147483648 THEN -2147483648 ELSE CAST(trunc(x) AS BIGINT) END AS INTEGER)`,
  `double_to_float(x) AS CASE WHEN isfinite(x) AND abs(x) > 3.4028235677973366e38 THEN CAST(CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END AS FLOAT) ELSE CAST(x AS FLOAT) END`,

  // The text of doubles: Java's way of writing exponents.
  `digits(t) AS rtrim(ltrim(replace(replace(split_part(t, 'e', 1), '.', ''), '-', ''), '0'), '0')`,
  `exponent(t) AS CASE WHEN contains(t, 'e') THEN CAST(split_part(t, 'e', 2) AS INTEGER)
    WHEN starts_with(ltrim(t, '-'), '0.') THEN -1 - (length(regexp_extract(t, '0\\.(0*)', 1)))
    ELSE length(split_part(ltrim(t, '-'), '.', 1)) - 1 END`,
  `scientific(t) AS CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END || left(spark_digits(t), 1) || '.' ||
    CASE WHEN length(spark_digits(t)) > 1 THEN substr(spark_digits(t), 2) ELSE '0' END || 'E' || spark_exponent(t)`,
  `double_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    WHEN abs(x) = 5e-324 THEN CASE WHEN x > 0 THEN '' ELSE '-' END || '4.9E-324'
    WHEN x = 0 OR (abs(x) >= 0.001 AND abs(x) < 10000000) THEN CAST(x AS VARCHAR) ELSE spark_scientific(CAST(x AS VARCHAR)) END`,
  'float_text(x) AS spark_double_text(x)',
  `leading_zero(t) AS regexp_replace(t, '^(-?)\\.', '\\10.')`,
  // Decimals below 0.000001 are written with an exponent.
  `decimal_digits(t) AS CASE WHEN ltrim(replace(replace(t, '.', ''), '-', ''), '0') = '' THEN '0' ELSE ltrim(replace(replace(t, '.', ''), '-', ''), '0') END`,
  `decimal_text(x, s) AS CASE WHEN s - length(spark_decimal_digits(CAST(x AS VARCHAR))) + 1 > 6 THEN
    CASE WHEN x < 0 THEN '-' ELSE '' END || left(spark_decimal_digits(CAST(x AS VARCHAR)), 1) ||
    CASE WHEN length(spark_decimal_digits(CAST(x AS VARCHAR))) > 1 THEN '.' || substr(spark_decimal_digits(CAST(x AS VARCHAR)), 2) ELSE '' END ||
    'E-' || (s - length(spark_decimal_digits(CAST(x AS VARCHAR))) + 1) ELSE spark_leading_zero(CAST(x AS VARCHAR)) END`,

  // Values from text; what is none becomes null.
  // One macro a type: DuckDB drops the null of TRY_CAST(bigint AS INTEGER) where it is compared with a constant.
  ...Object.entries({ to_long: 'BIGINT', to_int: 'INTEGER', to_short: 'SMALLINT', to_byte: 'TINYINT' }).map(
    ([
      name,
      type,
    ]) => `${name}(s) AS CASE WHEN regexp_matches(s, '^${SPACE}[+-]?(\\d+(\\.\\d*)?|\\.\\d*)${SPACE}$')
    THEN CASE WHEN regexp_matches(s, '^${SPACE}[+-]?\\.') THEN 0 ELSE TRY_CAST(regexp_extract(s, '[+-]?\\d+') AS ${type}) END END`,
  ),
  `number_text(s) AS CASE WHEN regexp_matches(s, '^${SPACE}${NUMBER}${SPACE}$') THEN regexp_extract(s, '${NUMBER}') END`,
  `to_double(s) AS CASE WHEN regexp_matches(s, '^${SPACE}${NUMBER}[fFdD]?${SPACE}$')
    THEN coalesce(TRY_CAST(regexp_extract(s, '${NUMBER}') AS DOUBLE), CAST(CASE WHEN contains(s, '-') THEN '-inf' ELSE 'inf' END AS DOUBLE))
    WHEN regexp_matches(s, '^(?i)${SPACE}[+]?inf(inity)?${SPACE}$') THEN CAST('inf' AS DOUBLE)
    WHEN regexp_matches(s, '^(?i)${SPACE}-inf(inity)?${SPACE}$') THEN CAST('-inf' AS DOUBLE)
    WHEN regexp_matches(s, '^(?i)${SPACE}nan${SPACE}$') THEN CAST('nan' AS DOUBLE) END`,
  `to_boolean(s) AS CASE WHEN regexp_matches(s, '^(?i)${SPACE}(t|true|y|yes|1)${SPACE}$') THEN true
    WHEN regexp_matches(s, '^(?i)${SPACE}(f|false|n|no|0)${SPACE}$') THEN false END`,
  `date_of(p) AS TRY_CAST(p.y || '-' || lpad(CASE WHEN p.m = '' THEN '1' ELSE p.m END, 2, '0') || '-' || lpad(CASE WHEN p.d = '' THEN '1' ELSE p.d END, 2, '0') AS DATE)`,
  `to_date(s) AS list_transform([s], lambda t: CASE WHEN regexp_full_match(t, '\\d{4}-\\d{2}-\\d{2}') THEN TRY_CAST(t AS DATE) WHEN t IS NOT NULL
    THEN list_transform([regexp_extract(t, '^${SPACE}[+]?(\\d{4,6})(?:-(\\d{1,2})(?:-(\\d{1,2})(?:[ T].*)?)?)?${SPACE}$', ['y', 'm', 'd'])], lambda p: spark_date_of(p))[1] END)[1]`,
  `offset_micros(z) AS CASE WHEN regexp_matches(z, '[+-]\\d')
    THEN CASE WHEN contains(z, '-') THEN -1 ELSE 1 END * (CAST(regexp_extract(z, '[+-](\\d{1,2})', 1) AS BIGINT) * 3600
      + coalesce(TRY_CAST(regexp_extract(z, '[+-]\\d{1,2}:?(\\d{2})', 1) AS BIGINT), 0) * 60) * 1000000
    ELSE 0 END`,
  `plain_timestamp(p) AS spark_date_of(p) + to_hours(coalesce(TRY_CAST(p.hh AS INTEGER), 0)) + to_minutes(coalesce(TRY_CAST(p.mi AS INTEGER), 0))
    + to_seconds(coalesce(TRY_CAST(p.ss AS INTEGER), 0)) + to_microseconds(coalesce(TRY_CAST(rpad(left(p.f, 6), 6, '0') AS BIGINT), 0))`,

  // Wall times of zones with daylight saving. Java's rules, not ICU's: a wall time in a gap moves on by the gap's length,
  // which is what the offset before it makes of it, and of two instants with the same wall time it means the earlier.
  "wall(t, zone) AS timezone(zone, timezone('UTC', t))",
  'offset_seconds(t, zone) AS (epoch_us(spark_wall(t, zone)) - epoch_us(t)) // 1000000',
  'by_offset(w, seconds) AS make_timestamp(epoch_us(w) - seconds * 1000000)',
  `instant_of(w, before, after, zone) AS CASE WHEN before = after OR spark_wall(spark_by_offset(w, before), zone) = w THEN spark_by_offset(w, before)
    WHEN spark_wall(spark_by_offset(w, after), zone) = w THEN spark_by_offset(w, after) ELSE spark_by_offset(w, before) END`,
  `instant(w, zone) AS list_transform([w], lambda l: spark_instant_of(l, spark_offset_seconds(l - to_days(1), zone), spark_offset_seconds(l + to_days(1), zone), zone))[1]`,
  `instant_near(w, t, zone) AS list_transform([{'w': w, 't': t}], lambda n: CASE WHEN spark_wall(spark_by_offset(n.w, spark_offset_seconds(n.t, zone)), zone) = n.w
    THEN spark_by_offset(n.w, spark_offset_seconds(n.t, zone)) ELSE spark_instant(n.w, zone) END)[1]`,
  // Whole days among the microseconds are days of the calendar.
  `add_days(t, days, zone) AS CASE WHEN days = 0 THEN t ELSE spark_instant_near(spark_wall(t, zone) + to_days(CAST(days AS INTEGER)), t, zone) END`,
  `add_micros(t, n, zone) AS list_transform([{'t': t, 'n': n}], lambda a: spark_add_days(a.t, spark_quotient(a.n, 86400000000), zone) + to_microseconds(a.n % 86400000000))[1]`,
  `offset_text(seconds, separator, zero) AS CASE WHEN seconds = 0 THEN zero WHEN seconds IS NOT NULL THEN CASE WHEN seconds < 0 THEN '-' ELSE '+' END ||
    lpad(CAST(abs(seconds) // 3600 AS VARCHAR), 2, '0') || separator || lpad(CAST(abs(seconds) // 60 % 60 AS VARCHAR), 2, '0') END`,

  `timestamp_of(p, local) AS CASE WHEN coalesce(TRY_CAST(p.hh AS INTEGER), 0) < 24 AND coalesce(TRY_CAST(p.mi AS INTEGER), 0) < 60 AND coalesce(TRY_CAST(p.ss AS INTEGER), 0) < 60 THEN
    CASE WHEN p.z = '' THEN local WHEN regexp_full_match(p.z, '${OFFSET}') THEN make_timestamp(epoch_us(spark_plain_timestamp(p)) - spark_offset_micros(p.z))
    ELSE try(spark_instant(spark_plain_timestamp(p), p.z)) END END`,
  // A time alone is one of today.
  `with_day(t, today) AS CASE WHEN regexp_matches(t, '^${SPACE}T?\\d{1,2}:') THEN CAST(CAST(today AS DATE) AS VARCHAR) || ' ' || regexp_replace(t, '^${SPACE}T?', '') ELSE t END`,
  // Without a zone in the text: UTC, a zone of one offset, or a zone with daylight saving.
  ...Object.entries({
    'to_timestamp(s)': { instant: (wall: string) => wall, today: NOW },
    'to_timestamp_at(s, seconds)': {
      instant: (wall: string) => `(${wall} - to_seconds(seconds))`,
      today: `(${NOW} + to_seconds(seconds))`,
    },
    'to_timestamp_in(s, zone)': {
      instant: (wall: string) => `spark_instant(${wall}, zone)`,
      today: `spark_wall(${NOW}, zone)`,
    },
  }).map(
    ([
      name,
      { instant, today },
    ]) => `${name} AS list_transform([s], lambda t: CASE WHEN regexp_full_match(t, '${PLAIN_TIMESTAMP}') THEN ${instant('TRY_CAST(t AS TIMESTAMP)')} WHEN t IS NOT NULL
    THEN list_transform([regexp_extract(spark_with_day(t, ${today}), '${TIMESTAMP}', ['y', 'm', 'd', 'hh', 'mi', 'ss', 'f', 'z'])], lambda p: spark_timestamp_of(p, ${instant('spark_plain_timestamp(p)')}))[1] END)[1]`,
  ),

  // Rounding as Java does, by way of the shortest text, so that 2.675 becomes 2.68. That way is slow; what lies far
  // enough from the middle between two results needs no text.
  `scaled(x, d) AS CASE WHEN d >= 0 THEN abs(x) * CAST('1e' || d AS DOUBLE) ELSE abs(x) / CAST('1e' || -d AS DOUBLE) END`,
  `unscaled(y, d) AS CASE WHEN d >= 0 THEN y / CAST('1e' || d AS DOUBLE) ELSE y * CAST('1e' || -d AS DOUBLE) END`,
  'far_from_middle(y) AS y < 1e14 AND abs(y - floor(y) - 0.5) > 1e-12 + y * 1e-15',
  `round_text(x, d) AS CASE WHEN isfinite(x) AND abs(x) < 1e17 THEN CAST(round(CAST(CAST(x AS VARCHAR) AS DECIMAL(38, 20)), d) AS DOUBLE) ELSE x END`,
  `round_double(x, d) AS list_transform([CAST(x AS DOUBLE)], lambda b: list_transform([spark_scaled(b, d)], lambda y: CASE
    WHEN spark_far_from_middle(y) OR (d = 0 AND y < 1e14 AND y - floor(y) = 0.5)
    THEN CASE WHEN b < 0 THEN 0 - spark_unscaled(floor(y + 0.5), d) ELSE spark_unscaled(floor(y + 0.5), d) END ELSE spark_round_text(b, d) END)[1])[1]`,
  `bround_decimal(x, d, unit) AS CASE WHEN abs(x - round(x, d)) * 2 = unit AND CAST(round(x, d) / unit AS HUGEINT) % 2 <> 0
    THEN round(x, d) - CASE WHEN x < 0 THEN -unit ELSE unit END ELSE round(x, d) END`,

  // Vectors.
  `vector_item(v, i) AS CASE WHEN i < 0 THEN NULL WHEN v."type" = 0 THEN CASE WHEN i < v.size THEN coalesce(v."values"[list_position(v.indices, i)], 0) END ELSE v."values"[i + 1] END`,
  `dense(numbers) AS CASE WHEN numbers IS NOT NULL THEN {'type': CAST(1 AS TINYINT), 'size': CAST(NULL AS INTEGER), 'indices': CAST(NULL AS INTEGER[]), 'values': CAST(numbers AS DOUBLE[])} END`,
  `sparse(n, m) AS CASE WHEN list_min(map_keys(m)) < 0 OR list_max(map_keys(m)) >= n
    THEN error(format('vec_sparse: a vector of size {} has no index {}', n, CASE WHEN list_min(map_keys(m)) < 0 THEN list_min(map_keys(m)) ELSE list_max(map_keys(m)) END))
    WHEN n IS NOT NULL AND m IS NOT NULL THEN {'type': CAST(0 AS TINYINT), 'size': CAST(n AS INTEGER),
    'indices': CAST(list_sort(map_keys(m)) AS INTEGER[]), 'values': CAST(list_transform(list_sort(map_keys(m)), lambda k: m[k]) AS DOUBLE[])} END`,
  `vector_array(v) AS CASE WHEN v."type" = 0 THEN list_transform(range(0, v.size), lambda i: coalesce(v."values"[list_position(v.indices, CAST(i AS INTEGER))], CAST(0 AS DOUBLE))) ELSE v."values" END`,

  // Lists.
  `distinct(l) AS list_filter(l, lambda x, i: list_position(l, x) = i)`,
  `any(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true WHEN len(list_filter(l, lambda x: x IS NULL)) > 0 THEN NULL ELSE false END`,
  `all(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false WHEN len(list_filter(l, lambda x: x IS NULL)) > 0 THEN NULL ELSE true END`,
  `overlap(a, b) AS CASE WHEN len(list_filter(a, lambda x: x IS NOT NULL AND list_contains(b, x))) > 0 THEN true
    WHEN len(a) > 0 AND len(b) > 0 AND (len(list_filter(a, lambda x: x IS NULL)) > 0 OR len(list_filter(b, lambda x: x IS NULL)) > 0) THEN NULL ELSE false END`,
  `skewness(l) AS CASE WHEN len(l) > 0 THEN sqrt(len(l)) * list_sum(list_transform(l, lambda x: (x - list_avg(l)) ** 3)) / nullif(list_sum(list_transform(l, lambda x: (x - list_avg(l)) ** 2)) ** 1.5, 0) END`,
  `kurtosis(l) AS CASE WHEN len(l) > 0 THEN len(l) * list_sum(list_transform(l, lambda x: (x - list_avg(l)) ** 4)) / nullif(list_sum(list_transform(l, lambda x: (x - list_avg(l)) ** 2)) ** 2, 0) - 3.0 END`,
  `binary_text(h) AS CASE WHEN h = 0 THEN '0' ELSE ltrim(bin(CAST(h AS BIGINT)), '0') END`,
  // Zeros go between the sign and the digits.
  `zero_padded(t, n) AS list_transform([t], lambda v: CASE WHEN length(v) >= n OR NOT regexp_matches(v, '\\d') THEN lpad(v, CAST(greatest(n, length(v)) AS INTEGER), ' ')
    ELSE regexp_extract(v, '^[+-]?') || lpad(regexp_extract(v, '\\d.*$'), CAST(n - length(regexp_extract(v, '^[+-]?')) AS INTEGER), '0') END)[1]`,
  `group_thousands(t) AS regexp_extract(t, '^-?') || reverse(regexp_replace(reverse(regexp_extract(t, '\\d+')), '(\\d{3})', '\\1,', 'g').rtrim(',')).ltrim(',') || regexp_extract(t, '\\..*$')`,
  `shift_right(h, n) AS CASE WHEN h >= 0 THEN h // CAST(pow(2, n) AS HUGEINT) ELSE -((-h - 1) // CAST(pow(2, n) AS HUGEINT)) - 1 END`,

  // Strings.
  // What Java writes with several letters.
  `lower(s) AS lower(replace(s, 'İ', 'i̇'))`,
  `upper(s) AS upper(replace(replace(replace(replace(s, 'ß', 'SS'), 'ŉ', 'ʼN'), 'ﬁ', 'FI'), 'ﬂ', 'FL'))`,
  'start(s, p) AS CASE WHEN p > 0 THEN CAST(p AS BIGINT) - 1 WHEN p < 0 THEN length(s) + CAST(p AS BIGINT) ELSE CASE WHEN p = 0 THEN 0 END END',
  `substring(s, p, n) AS CASE WHEN p IS NOT NULL THEN substring(s, CAST(greatest(spark_start(s, p), 0) + 1 AS BIGINT),
    CAST(greatest(spark_start(s, p) + n - greatest(spark_start(s, p), 0), 0) AS BIGINT)) END`,
  `title(c) AS CASE c WHEN 'ß' THEN 'Ss' WHEN 'ŉ' THEN 'ʼN' WHEN 'ﬁ' THEN 'Fi' WHEN 'ﬂ' THEN 'Fl' ELSE upper(c) END`,
  `initcap(s) AS array_to_string(list_transform(string_split(lower(s), ' '), lambda w: spark_title(left(w, 1)) || substr(w, 2)), ' ')`,
  `locate(needle, s, p) AS CASE WHEN p IS NULL THEN 0 WHEN needle IS NULL OR s IS NULL THEN NULL WHEN p < 1 THEN 0
    WHEN needle = '' THEN CASE WHEN p <= length(s) + 1 THEN CAST(p AS INTEGER) ELSE 0 END
    WHEN instr(substr(s, p), needle) = 0 THEN 0 ELSE CAST(instr(substr(s, p), needle) + p - 1 AS INTEGER) END`,
  `lpad(s, n, fill) AS CASE WHEN n <= 0 THEN CASE WHEN s IS NOT NULL AND fill IS NOT NULL THEN '' END WHEN fill = '' THEN left(s, n) ELSE lpad(s, n, fill) END`,
  `rpad(s, n, fill) AS CASE WHEN n <= 0 THEN CASE WHEN s IS NOT NULL AND fill IS NOT NULL THEN '' END WHEN fill = '' THEN left(s, n) ELSE rpad(s, n, fill) END`,
  `substring_index(s, d, n) AS CASE WHEN s IS NULL OR d IS NULL OR n IS NULL THEN NULL WHEN n = 0 OR d = '' OR s = '' THEN ''
    WHEN n > 0 THEN array_to_string(list_slice(string_split(s, d), 1, n), d)
    ELSE array_to_string(list_slice(string_split(s, d), n, -1), d) END`,

  // conv(): unsigned numbers of 64 bits. Too many digits give the largest; a minus counts down from 2^64.
  `conv_digits(t) AS list_transform(string_split(regexp_extract(lower(t), '^-?([0-9a-z]*)', 1), ''), lambda c: CAST(instr('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS HUGEINT))`,
  `conv_valid(d, base) AS list_prepend(CAST(0 AS HUGEINT), list_slice(d, 1, coalesce(list_position(list_transform(d, lambda x: x < 0 OR x >= base), true) - 1, len(d))))`,
  `conv_value(d, base) AS list_reduce(d, lambda a, x: CASE WHEN a < 0 OR a * base + x > 18446744073709551615 THEN CAST(-1 AS HUGEINT) ELSE a * base + x END)`,
  `conv_text(v, base) AS CASE WHEN v = 0 THEN '0' ELSE list_reduce(list_transform(range(0, 65), lambda i: {'v': v, 't': ''}), lambda a, x: {'v': a.v // base,
    't': CASE WHEN a.v > 0 THEN substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAST(a.v % base AS INTEGER) + 1, 1) || a.t ELSE a.t END}).t END`,
  `conv_signed(negative, v, target) AS CASE
    WHEN target > 0 THEN spark_conv_text(CASE WHEN v < 0 THEN 18446744073709551615 WHEN NOT negative OR v = 0 THEN v WHEN v >= 9223372036854775808 THEN 18446744073709551615 ELSE 18446744073709551616 - v END, target)
    WHEN v < 0 THEN '-1'
    WHEN v >= 9223372036854775808 THEN '-' || spark_conv_text(18446744073709551616 - v, -target)
    ELSE CASE WHEN negative THEN '-' ELSE '' END || spark_conv_text(v, -target) END`,
  `conv(t, base, target) AS CASE WHEN trim(t, ' ') <> '' THEN spark_conv_signed(starts_with(trim(t, ' '), '-'), spark_conv_value(spark_conv_valid(spark_conv_digits(trim(t, ' ')), base), base), target) END`,

  ...HASH_MACROS,

  // Letters as digits of sound; h and w do not part equal ones, vowels do.
  `soundex_digits(s) AS regexp_replace(translate(upper(s), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230127022455012623017202'), '[^0-7]', '0', 'g')`,
  `soundex_once(t) AS regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(t, '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g')`,
  `soundex(s) AS CASE WHEN NOT regexp_matches(s, '^[A-Za-z]') THEN s
    ELSE upper(left(s, 1)) || rpad(left(replace(substr(spark_soundex_once(left(spark_soundex_digits(s), 1) || replace(substr(spark_soundex_digits(s), 2), '7', '')), 2), '0', ''), 3), 3, '0') END`,

  // Dates.
  `add_months(d, n) AS CAST(d + to_months(CAST(n AS INTEGER)) AS DATE)`,
  `month_end(t) AS CAST(t AS DATE) = last_day(CAST(t AS DATE))`,
  // Months that are over: from a 31st to a 29th none is, even at the end of February.
  "into_month(t) AS epoch_us(t) - epoch_us(date_trunc('month', t))",
  `whole_months_of(a, b) AS (year(b) - year(a)) * 12 + month(b) - month(a)
    - CASE WHEN b >= a AND spark_into_month(b) < spark_into_month(a) THEN 1 WHEN b < a AND spark_into_month(b) > spark_into_month(a) THEN -1 ELSE 0 END`,
  "whole_months(a, b) AS list_transform([{'a': a, 'b': b}], lambda p: spark_whole_months_of(p.a, p.b))[1]",
  // Seconds since midnight, whole ones; where the clock was changed that day, not what it shows.
  `months_of(a, b, sa, sb) AS CASE WHEN day(a) = day(b) OR (spark_month_end(a) AND spark_month_end(b))
    THEN CAST((year(a) - year(b)) * 12 + month(a) - month(b) AS DOUBLE)
    ELSE (year(a) - year(b)) * 12 + month(a) - month(b) + CAST(((day(a) - day(b)) * 86400 + sa - sb) AS DOUBLE) / 2678400.0 END`,
  'seconds_between(a, b) AS spark_quotient(epoch_us(b) - epoch_us(a), 1000000)',
  `months_between(a, b) AS list_transform([{'a': a, 'b': b}], lambda p:
    spark_months_of(p.a, p.b, spark_seconds_between(date_trunc('day', p.a), p.a), spark_seconds_between(date_trunc('day', p.b), p.b)))[1]`,
  `since_midnight(t, w, zone) AS spark_seconds_between(spark_instant(CAST(date_trunc('day', w) AS TIMESTAMP), zone), t)`,
  `months_between_in(a, b, zone) AS list_transform([{'a': a, 'b': b, 'c': spark_wall(a, zone), 'd': spark_wall(b, zone)}], lambda p:
    spark_months_of(p.c, p.d, spark_since_midnight(p.a, p.c, zone), spark_since_midnight(p.b, p.d, zone)))[1]`,
  // Each step is taken from the start: the 31st of January, the 29th of February, the 31st of March.
  `month_series(a, b, n) AS list_transform([{'a': a, 'b': b, 'n': n}], lambda q: CASE WHEN q.n = 0 AND q.a = q.b THEN [q.a]
    WHEN q.n = 0 OR (q.n > 0) <> (q.a <= q.b) AND q.a <> q.b THEN error('sequence: the step leads away from the end')
    WHEN q.a IS NOT NULL AND q.b IS NOT NULL AND q.n IS NOT NULL THEN list_filter(list_transform(range(0, abs(date_diff('month', q.a, q.b)) // abs(q.n) + 2),
      lambda i: CAST(q.a + to_months(CAST(i * q.n AS INTEGER)) AS TIMESTAMP)), lambda m: CASE WHEN q.n > 0 THEN m <= q.b ELSE m >= q.b END) END)[1]`,
  `whole_seconds(t) AS CAST(floor(epoch_us(t) / 1000000) AS BIGINT)`,
].map((definition) => `CREATE OR REPLACE MACRO spark_${definition}`);
