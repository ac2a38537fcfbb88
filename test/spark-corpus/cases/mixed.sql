--- array_distinct, array_union, array_intersect
select array_distinct(array(1, null, 2, null, 1)) a, array_union(array(1, null), array(null, 2)) b, array_intersect(array(1, null, 2), array(null, 2)) c, array_except(array(1, null, 2), array(2)) d, array_position(array('a', null, 'b'), 'b') e, array_remove(array(1, null, 1, 2), 1) f
--- array_contains, arrays_overlap, array_join
select array_contains(array(1, null), 2) a, array_contains(array(1, null), 1) b, arrays_overlap(array(1, null), array(2)) c, array_join(array('a', null, 'b'), '-') d, array_join(array('a', null, 'b'), '-', '?') e, size(null) f, size(array()) g, cardinality(map('a', 1)) h
--- array_max, double, array_min
select array_max(array(1.5, double('NaN'), null)) a, array_min(array(null, 3, 1)) b, array_repeat('x', 3) c, array_repeat(null, 2) d, flatten(array(array(1, 2), array(), array(3))) e, flatten(array(array(1), null)) f, reverse(array(1, null, 3)) g, slice(array(1, 2, 3, 4), -3, 2) h
--- element_at, try_element_at, get
select element_at(array(1, 2, 3), -1) a, element_at(array(1, 2, 3), 5) b, element_at(map('a', 1), 'b') c, array(1, 2)[5] d, map('a', 1)['z'] e, try_element_at(array(1), 3) f, get(array(1, 2), 1) g, get(array(1), -1) h
--- array_append, array_prepend, array_insert
select array_append(array(1, 2), 3) a, array_prepend(array(1, 2), 0) b, array_insert(array('a', 'b', 'd'), 3, 'c') c, array_insert(array('a', 'b'), -1, 'z') d, array_insert(array('a', 'b', 'c'), -2, 'z') e, array_insert(array('a'), 5, 'q') f, array_insert(array('a'), -4, 'q') g, array_compact(array(1, null, 2)) h
--- arrays_zip, map_from_arrays, map_from_entries
select arrays_zip(array(1, 2), array('a')) a, map_from_arrays(array('x', 'y'), array(1, 2)) b, map_from_entries(array(struct('a', 1), struct('b', 2))) c, map_entries(map('k', 1)) d, map_keys(map('a', 1, 'b', 2)) e, map_values(map('a', 1, 'b', null)) f, map_concat(map('a', 1), map('b', 2)) g, map_contains_key(map('a', 1), 'a') h
--- str_to_map, transform_keys, upper
select str_to_map('a:1,b:2', ',', ':') a, str_to_map('a=1;b', ';', '=') b, str_to_map('x') c, transform_keys(map('a', 1), (k, v) -> upper(k)) d, transform_values(map('a', 1), (k, v) -> v + 1) e, map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1) f, map_zip_with(map('a', 1), map('a', 2, 'b', 3), (k, x, y) -> concat(coalesce(x, 0), '-', y)) g
--- transform, filter, exists
select transform(array(1, 2, 3), (x, i) -> x * i) a, filter(array(1, 2, 3), x -> x % 2 = 1) b, filter(array(5, 6), (x, i) -> i > 0) c, exists(array(1, null), x -> x > 1) d, forall(array(1, null), x -> x > 0) e, aggregate(array(1, 2, 3), 0, (a, x) -> a + x, a -> a * 10) f, reduce(array(1, 2), 1, (a, x) -> a * x) g, zip_with(array(1, 2), array(3), (x, y) -> x + y) h
--- array_sort, sort_array, sequence
select array_sort(array(3, null, 1)) a, array_sort(array('b', 'a'), (l, r) -> case when l < r then 1 when l > r then -1 else 0 end) b, sort_array(array(2, null, 1), false) c, sequence(5, 1, -2) e, sequence(1, 3) f, array_size(array(1, 2)) g
--- selects of columns
select cast('  12 ' as int) a, cast('12.7' as int) b, cast('1e3' as int) c, cast('1e3' as double) d, cast('abc' as double) e, cast('' as int) f, cast('true' as boolean) g, cast('T' as boolean) h, cast('2' as boolean) i, cast(2 as boolean) j, cast(0.0 as boolean) k
--- double, decimal
select cast(3.99 as int) a, cast(-3.99 as int) b, cast(1e20 as int) c, cast(1e20 as bigint) d, cast(300 as tinyint) e, cast(double('NaN') as int) f, cast(double('Infinity') as bigint) g, cast(1.005 as decimal(3,2)) h, cast('1.005' as decimal(3,2)) i, cast(12345.678 as decimal(5,1)) j, cast(123456 as decimal(5,1)) k
--- selects of columns again
select cast(1.0 as string) a, cast(1e7 as string) b, cast(1.5e-5 as string) c, cast(cast(0.1 as float) as string) d, cast(1e7D as string) e, cast(123456789.0D as string) f, cast(0.001D as string) g, cast(0.0001D as string) h, cast(100D as string) i, cast(-0.0D as string) j, cast(cast(16777216 as float) as string) k
--- selects of columns 3
select cast(true as int) a, cast(false as string) b, cast(date'2024-01-01' as string) c, cast('2024-1-5' as date) d, cast('2024-02-30' as date) e, cast('20240101' as date) f, cast('2024' as date) g, cast('2024-03' as date) h, cast(' 2024-03-01 10:00 ' as date) i, cast('2024-03-01abc' as date) j, cast('01/02/2024' as date) k
--- substring, substr, left
select substring('hello', 0, 2) a, substring('hello', -3, 2) b, substring('hello', 2) c, substr('hello', 10) d, left('hello', 2) e, right('hello', 3) f, left('a', -1) g, substring('héllo' from 2 for 3) h, substring_index('a.b.c', '.', -2) i, substring_index('a.b.c', '.', 2) j
--- lpad, rpad, repeat
select lpad('7', 3, '0') a, rpad('7', 3) b, lpad('hello', 2) c, repeat('ab', 3) d, repeat('x', -1) e, reverse('abc') f, space(3) g, trim('  x ') h, ltrim('xxa', 'x') i, trim(both 'x' from 'xxaxx') j, btrim('  a ') k, rtrim('x', 'axx') l
--- initcap, upper, lower
select initcap('hello wORLD foo-bar') a, initcap('ß straße') b, upper('straße') c, lower('İ') d, ascii('é') e, char(65) f, chr(256 + 66) g, char(-1) h, concat('a', null) i, concat_ws(',', 'a', null, array('b', null, 'c')) j, concat_ws(',') k
--- instr, locate, position
select instr('hello', 'l') a, locate('l', 'hello', 4) b, position('l' in 'hello') c, find_in_set('b', 'a,b,c') d, translate('hello', 'el', 'ip') e, replace('aaa', 'a', '') f, replace('abc', 'b') g, overlay('SPARK' placing '_' from 3) h, split('a,b,,c,,', ',') i, split('a1b22c', '[0-9]+') j, split('abc', '') k, split('a,b,c', ',', 2) l
--- regexp_replace, regexp_extract, regexp_extract_all
select regexp_replace('abc123', '[0-9]+', '#') a, regexp_replace('abc', '(b)', '<$1>') b, regexp_extract('foo-123', '(\\w+)-(\\d+)', 2) c, regexp_extract('foo', 'x(y)?', 1) d, regexp_extract_all('a1b2', '([a-z])(\\d)', 2) e, regexp_count('abab', 'ab') f, regexp_substr('xay', 'a.') g, 'abc' rlike '^a.c$' h, regexp_like('ABC', '(?i)abc') i, regexp_instr('hello', 'l+') j
--- levenshtein, soundex, length
select levenshtein('kitten', 'sitting') a, levenshtein('a', 'abcd', 2) b, soundex('Robert') c, length('日本') d, char_length('ab ') e, octet_length('日本') f, bit_length('a') g, crc32('abc') h, md5('abc') i, sha1('abc') j, sha2('abc', 256) k, sha2('abc', 0) l
--- hex, unhex, bin
select hex(255) a, hex('abc') b, unhex('616') c, bin(10) d, conv('ff', 16, 10) e, conv('-10', 10, 16) f, base64('abc') g, unbase64('YWJj') h, format_number(12345.678, 2) i, format_number(0.5, 0) j, format_number(1.5, 0) k, format_string('%05d|%-5s|%.2f|%x|%,d', 42, 'ab', 3.14159D, 255, 1234567) l
--- round, bround, ceil
select round(2.5) a, round(-2.5) b, round(3.5D) c, bround(2.5) d, bround(3.5D) e, round(1234.567, -2) f, round(1.005, 2) g, ceil(1.1) h, floor(-1.1) i, ceil(1.234, 2) j, floor(12345, -2) k, rint(2.5) l, round(25, -1) m
--- mod, pmod, try_divide
select 7 div 2 a, -7 div 2 b, 7 % -3 c, -7 % 3 d, mod(7.5, 2) e, pmod(-7, 3) f, pmod(-7.5, 2) g, 1 / 3 h, 1.0 / 3 i, 10 / 0 j, 5 % 0 k, try_divide(1, 0) l, -5 div 0 m
--- sqrt, ln, log
select sqrt(-1) a, ln(0) b, log(2, 8) c, log10(1000) d, log2(8) e, exp(1) f, pow(2, 0.5) g, cbrt(27) h, sign(-2.5) i, abs(-5) j, factorial(5) k, factorial(21) l, greatest(1, null, 3) m, least(null, 2) n, greatest(1, double('NaN')) o
--- coalesce, nvl, nvl2
select coalesce(null, 1) a, nvl(null, 'x') b, nvl2(null, 1, 2) c, nullif(1, 1) d, ifnull(null, 2) e, if(null, 1, 2) f, isnull(null) g, isnotnull(1) h, nanvl(double('NaN'), 1) i, zeroifnull(null) j, nullifzero(0) k, decode(2, 1, 'a', 2, 'b', 'c') l, decode(null, null, 'n', 'd') m
--- null, between
select null = null a, null <=> null b, 1 <=> null c, null and false d, null or true e, not null f, 1 in (1, null) g, 2 in (1, null) h, 2 not in (1, null) i, null in (1) j, 1 between null and 2 k, 3 between null and 2 l
--- selects of columns 4
select '10' > 9 a, '10' > '9' b, 1 = '1.0' c, 1.5 = '1.5' d, 'a' = 1 e, true = 1 f, true = 'true' g, date'2024-01-01' = '2024-01-01' h, date'2024-01-01' < '2024-1-2' i, '1' + 1 j, '1' || 2 k, 1 + 1.5 l, 'a' + 1 m
--- case, null
select case when null then 1 else 2 end a, case 1 when 1 then 'a' when 2 then 'b' end b, case when 1 > 2 then 1 end c, case 3 when 1 then 1 else 2.5 end d, case 2 when null then 1 else 2 end e
--- date_add, date_sub, add_months
select date_add('2024-02-28', 2) a, date_sub('2024-03-01', 1) b, add_months('2024-01-31', 1) c, add_months('2024-02-29', 12) d, months_between('2024-03-31', '2024-02-29') e, months_between('2024-03-15', '2024-02-29') f, last_day('2024-02-10') g, next_day('2024-01-01', 'Monday') h, trunc('2024-05-20', 'Q') i, trunc('2024-05-20', 'week') j
--- year, weekofyear, dayofweek
select year('2024-12-30') a, weekofyear('2024-12-30') b, dayofweek('2024-12-29') c, weekday('2024-12-29') d, quarter('2024-05-01') e, dayofyear('2024-12-31') f, extract(week from date'2021-01-03') g, date_part('doy', date'2024-03-01') h, extract(dow from date'2024-12-29') i, hour('2024-01-01 13:14:15') j, extract(yearofweek from date'2021-01-01') k
--- date_format
select date_format('2024-01-05 09:08:07', 'yyyy/M/d H:m:s') a, date_format('2024-01-05', 'MMM dd, yyyy') b, date_format('2024-01-05', 'EEEE') c, date_format('2024-01-05 15:00:00', 'hh a') d, date_format('2024-01-05', 'D') e, date_format('2024-05-05', 'Q') f, date_format('2024-01-05 01:02:03.456', 'SSS') g, date_format('2024-01-05', "yyyy'年'MM'月'") h
--- to_date, to_timestamp, unix_timestamp
select to_date('05/01/2024', 'dd/MM/yyyy') a, to_date('2024-13-01', 'yyyy-MM-dd') b, to_timestamp('2024-01-05 10', 'yyyy-MM-dd HH') c, to_date('Jan 5, 2024', 'MMM d, yyyy') d, to_date('5-Jan-24', 'd-MMM-yy') e, to_timestamp('20240105101112', 'yyyyMMddHHmmss') f, unix_timestamp('2024-01-05', 'yyyy-MM-dd') g, from_unixtime(0, 'yyyy') h, to_date('20240105', 'yyyyMMdd') i
--- datediff, date_diff, timestampdiff
select datediff('2024-03-01', '2024-02-01') a, date_diff(date'2024-01-01', date'2023-01-01') b, timestampdiff(MONTH, '2024-01-31', '2024-02-29') c, timestampdiff(DAY, '2024-01-01 12:00:00', '2024-01-02 11:00:00') d, dateadd(day, 5, date'2024-01-01') e, date_add(date'2024-01-01', null) f, date'2024-01-31' + interval 1 month g, date'2024-01-01' - 1 h, date'2024-01-01' + 1 i
--- make_date, date_from_unix_date, unix_date
select make_date(2024, 2, 30) a, make_date(2024, 2, 29) b, date_from_unix_date(0) c, unix_date(date'1970-01-02') d, to_unix_timestamp('1970-01-01 00:00:01') e, timestamp_millis(1500) f, date_trunc('quarter', '2024-05-20 10:11:12') g, date_trunc('hour', '2024-05-20 10:11:12') h, date_trunc('bad', '2024-05-20') i, monthname('2024-05-01') j, dayname('2024-05-01') k
--- get_json_object, json_array_length, json_object_keys
select get_json_object('{"a":{"b":[1,2,{"c":3}]}}', '$.a.b[2].c') a, get_json_object('{"a":"x"}', '$.a') b, get_json_object('{"a":null}', '$.a') c, get_json_object('[1,2]', '$[1]') d, get_json_object('{"a":1.50}', '$.a') e, get_json_object('{"a":[1, 2]}', '$.a') f, get_json_object('bad', '$.a') g, json_array_length('[1,2,3]') h, json_object_keys('{"a":1,"b":2}') i
--- from_json, to_json
select from_json('{"a":1,"b":"x"}', 'a int, b string') a, from_json('{"a":"1"}', 'a int') b, from_json('[1,2]', 'array<int>') c, from_json('{"k":1}', 'map<string,int>') d, to_json(struct(1 as a, null as b, array(1, null) as c)) e, to_json(array(struct(1 x))) f, to_json(map('a', null)) g, from_json('{"a":{"b":2}}', 'a struct<b:int>').a.b h
--- named_struct
select named_struct('a', 1, 'b', 'x').b a, struct(1, 'x').col2 b, struct(id, name) c, array(struct(1 x), struct(2 x)).x d from people order by id limit 1
--- explode
select id, explode(nums) n from nested order by id, n
--- posexplode_outer
select id, posexplode_outer(tags) from nested order by id
--- explode again
select id, k, v from nested lateral view outer explode(props) p as k, v order by id, k
--- inline
select id, sku, qty from nested lateral view inline(items) i as sku, qty order by id, sku
--- sum, avg, min
select city, count(*) n, count(age) m, count(distinct age) d, sum(age) s, avg(age) a, min(name) mi, max(name) ma, stddev(age) sd, variance(age) va from people group by city order by city
--- collect_list, sort_array, collect_set
select city, collect_list(name) l, sort_array(collect_set(active)) s, first(name) f, last(name) la, max_by(name, age) mb, min_by(name, age) mn from (select * from people order by id) group by city order by city
--- percentile, percentile_approx, median
select percentile(age, 0.5) a, percentile(age, array(0.25, 0.75)) b, percentile_approx(age, 0.5) c, median(age) d, mode(age) e, approx_count_distinct(city) f, skewness(age) g, kurtosis(age) h, corr(age, height) i, covar_pop(age, id) j from people
--- percentile_cont, percentile_disc, count_if
select percentile_cont(0.5) within group (order by age) a, percentile_disc(0.5) within group (order by age) b, count_if(age > 30) c, bool_and(active) d, bool_or(active) e, every(active) f, any(active) g, some(active) h, sum(distinct age) i, count(distinct city, active) j from people
--- sum, avg, max
select sum(score) a, avg(score) b, sum(age) filter (where city = 'Berlin') c, max(named_struct('a', age, 'n', name)) d, regr_slope(age, id) e, bit_and(age) f, bit_or(age) g, bit_xor(age) h, any_value(city) i, array_agg(id) j from people
--- grouping, cube
select city, active, count(*) n, grouping(city) g from people group by cube(city, active) order by g, city, active, n
--- sum, grouping_id, rollup
select city, active, sum(age) s, grouping_id() gid from people group by rollup(city, active) order by gid, city, active
--- sum
select city, sum(age) s from people group by grouping sets ((city), ()) order by s
--- row_number, rank, dense_rank
select id, row_number() over (partition by city order by age desc) r, rank() over (order by age) k, dense_rank() over (order by age) d, ntile(3) over (order by id) t, percent_rank() over (order by age) p, cume_dist() over (order by age) c from people order by id
--- lag, lead, first_value
select id, lag(age) over (order by id) a, lead(age, 2, -1) over (order by id) b, first_value(name) over (partition by city order by id) c, last_value(name) over (partition by city order by id) d, nth_value(name, 2) over (order by id) e, sum(age) over (order by id rows between 1 preceding and 1 following) f, avg(age) over (partition by active) g from people order by id
--- sum, max, collect_list
select id, sum(age) over (order by id rows unbounded preceding) a, max(age) over (order by age range between 5 preceding and current row) b, count(*) over () c, collect_list(id) over (partition by city order by id) d, last_value(age) ignore nulls over (order by id) e from people order by id
--- sum again
select * from (select city, active, age from people) pivot (sum(age) for active in (true as t, false as f)) order by city
--- sum 3
select * from (select city, age, id from people) pivot (sum(age) s, count(id) c for city in ('Berlin' b, 'Paris' p))
--- order by
select * from (select id, i, l from numbers where id < 3) unpivot (v for k in (i, l)) order by id, k
--- join, order by
select p.name, s.product from people p left join sales s on p.id = s.person order by p.id, s.id
--- join, order by again
select p.id, count(s.id) n from people p left join sales s on s.person = p.id and s.amount > 10 group by p.id order by p.id
--- join, order by 3
select name from people p left semi join sales s on p.id = s.person order by name
--- join, order by 4
select name from people p left anti join sales s on p.id = s.person order by id
--- null, order by
select id, name from people where id in (select person from sales) and not exists (select 1 from sales s where s.person = people.id and s.amount is null) order by id
--- max
select id, (select max(amount) from sales s where s.person = p.id) m from people p order by id
--- with, join, order by
with a as (select id, age from people), b as (select * from a where age > 30) select b.id, a.age from b join a using (id) order by id
--- union, except, order by
select id from people union select id from sales except select 3 intersect select 3 order by id
--- distinct, order by, limit
select distinct city from people order by city desc nulls last limit 3 offset 1
--- order by, limit
select `id` as `my id`, `name` `n` from people where `age` >= 28 order by `my id` limit 3
--- upper
select * except (height, score), upper(name) as big from people order by id limit 2
--- like, between, order by
select id, name like 'A%' a, name like '%\\_%' b, name ilike 'a%' c, name rlike '^[A-Z]' d, name in ('Bob', 'eve') e, name between 'A' and 'C' f from people order by id
--- order by again
select city, count(*) from people group by 1 having count(*) > 1 order by 2 desc, 1
--- null, order by again
select age div 10 * 10 as decade, count(*) n from people where age is not null group by decade order by decade
--- coalesce, sum, round
select coalesce(city, 'none') c, sum(case when active then 1 else 0 end) n, round(avg(height), 2) h from people where not isnan(height) group by coalesce(city, 'none') order by c
--- round, avg, stddev
select id, round((age - avg(age) over ()) / stddev(age) over (), 4) z from people order by id
--- min, max
select id, (score - min(score) over ()) / (max(score) over () - min(score) over ()) s from people order by id
--- hash, decimal
select hash('abc') a, hash(1) b, hash(1L) c, hash(null) d, hash(1.5D, 'x') e, hash(array(1, 2)) f, hash(struct(1, 'a')) h, hash(array('a', null)) i, hash(cast(1.5 as decimal(10,2))) j, hash(date'2024-01-01', true) k
--- mask
select mask('AbCd-123') a, mask('AbCd-123', 'Q') b, mask('AbCd-123', 'Q', 'q', 'd', 'o') c, mask(null) d, mask('AbCd-123', null, null, null, null) e, mask('AbCd-123', 'X', 'x', 'n', '*') f, mask('Ünïcode') g
--- regexp_instr
select regexp_instr('hello world', 'o') a, regexp_instr('abc', 'x') b, regexp_instr('abc', '') c, regexp_instr(null, 'a') d, regexp_instr('日本語', '本') e
--- hour, minute, second
select hour('13:45:10') a, minute('13:45:10') b, second('13:45:10') c, hour('T05:06') d, hour('bad') e, hour('25:00:00') f
--- make_ym_interval, make_dt_interval
select d + make_ym_interval(1, 2) e, ts + make_dt_interval(1, 2, 3, 4.5) f from times order by id
--- interval, order by
select ts + interval 1 day * id a, d + interval 1 month * id b, ts - id * interval 2 hours c, d + interval '3' month / 2 e, ts + interval '3' day / 2 g, ts + (interval '1' day + interval '2' hour) f from times order by id
--- sum, explode, sequence
select n, sum(n) over (order by n) s from (select explode(sequence(1, 5)) n) order by n
--- order by 3
select p.id, x.n from people p, lateral (select count(*) n from sales s where s.person = p.id) x order by p.id
--- join, order by, limit
select p.id, x.product from people p left join lateral (select product from sales s where s.person = p.id order by s.id limit 1) x on true order by p.id
--- explode 3
select p.id, e.tag from nested p cross join lateral (select explode(p.tags) as tag) e order by p.id, e.tag
--- row_number
select id, city, age from people qualify row_number() over (partition by city order by age desc nulls last) = 1 order by id
--- sum, rollup
select city is null c, count(*) n, sum(age) s from people group by rollup(city is null) order by c, n
--- cube
select city is null c, active, count(*) n from people group by cube(city is null, active) order by c, active, n
--- stddev, var_pop, skewness
select stddev(height) a, var_pop(height) b, skewness(height) c, regr_slope(height, id) d, covar_samp(height, age) e, corr(height, height) f, sum(height) g, avg(height) h, stddev_pop(d) i, max(height) j from people cross join (select cast('NaN' as double) d)
--- elt, width_bucket, bit_count
select elt(2, 'a', 'b') b, elt(3, 'a') c, width_bucket(5.5, 0, 10, 5) d, bit_count(7) e, shiftleft(1, 3) f, shiftright(-8, 1) g, shiftrightunsigned(-8, 28) h, 5 & 3 i, 5 | 3 j, 5 ^ 3 k, ~5 l, getbit(5, 0) m
--- endswith, startswith, contains
select endswith('abc', 'bc') a, startswith('abc', 'ab') b, contains('abc', 'd') c, split_part('a-b-c', '-', 2) d, split_part('a-b', '-', -1) e, split_part('a-b', '-', 5) f, len('ab') g, printf('%d%%', 5) h, equal_null(null, null) i, ucase('a') j, lcase('A') k
--- stack
select stack(2, 1, 'a', 2, 'b') as (n, t)
--- inline again
select inline(array(struct(1 a, 'x' b), struct(2 a, 'y' b)))
--- selects of columns 5
select 1e-3 b, .5 c, 1.e2 e
--- selects of columns 6
select 1S a, 2Y b, 3L c, 1.5F d, 1.5D e, 1.5BD f, -128Y g
--- order by 4
select x, count(*) over (partition by x order by y) c from values (1, 'a'), (1, 'b'), (2, 'a') as t(x, y) order by x, y
--- max, min, sum
select max(d) a, min(ts) b, count(distinct d) c, sum(cast(ts as bigint)) e, avg(datediff(ts, d)) f from times
--- array_join, transform, sort_array
select id, array_join(transform(sort_array(map_keys(props)), k -> concat(k, '=', props[k])), '&') q from nested order by id
--- aggregate, coalesce, array_max
select id, aggregate(nums, cast(0 as bigint), (a, x) -> a + coalesce(x, 0)) s, array_max(nums) m, size(filter(nums, x -> x is null)) n from nested order by id
--- to_json
select id, to_json(addr) a, to_json(props) b, to_json(items) c, addr.geo.lat d, matrix[0][1] e, counts['a'] f from nested order by id
--- map_entries
select id, struct(i, d) s, array(i, l) a, map_entries(map('i', i, 'l', l)) m, cast(struct(i, d) as string) t, cast(array(d, f) as string) u, cast(map('k', dec) as string) v from numbers order by id
--- decimal, length, trim
select s, cast(s as int) a, cast(s as double) b, cast(s as decimal(10,2)) c, cast(s as boolean) d, cast(s as date) e, cast(s as timestamp) f, length(s) g, trim(s) h from texts order by id
--- upper, reverse, initcap
select s, upper(s) a, reverse(s) b, initcap(s) c, ascii(s) d, md5(s) e, hash(s) f, base64(s) g, hex(s) h, soundex(s) i, split(s, '') j from texts order by id
--- abs
select id, i + l a, i * d b, dec + i c, dec * dec e, dec / 3 f, i % 3 g, -t h, abs(s) j, i / l k, dec % 2 m, f + d n, t + s o from numbers order by id
--- round, ceil, floor
select id, round(d, 1) a, ceil(d) b, floor(dec) c, bround(d) e, sqrt(abs(d)) f, sign(dec) g, cast(d as int) h, cast(f as string) j, cast(d as decimal(5,1)) k, format_number(d, 2) m from numbers order by id
--- hour, minute, to_date
select hour('13:45:10') a, cast('13:45' as timestamp) > timestamp'2020-01-01 00:00:00' b, minute(' 7:5:09.25 ') c, to_date(cast('T01:02' as timestamp)) = current_date() d
--- format_number, bround, round
select cast('1e400' as double) a, format_number(cast('Infinity' as double), 2) b, format_number(cast('NaN' as double), 0) c, bround(cast('NaN' as double), 1) d, round(cast('-Infinity' as double), 2) e
--- hash
select id, tags, hash(tags) a, hash(nums, id) b, hash(items) c, hash(matrix) d, hash(addr) e from nested order by id
--- dense_rank
select id, dense_rank() over (partition by region order by amount desc) r from sales where amount > 5 qualify r <= 2 order by id
--- rank
select region, count(*) n from sales group by region qualify rank() over (order by n desc) = 1
--- max, min
select p.name, x.best from people p, lateral (select max(amount) best, min(amount) worst from sales s where s.person = p.id) as x(best, worst) where x.worst is not null order by p.id
--- array_insert
select array_insert(array(1, 2, 3), -1, 9) a, array_insert(array(1, 2, 3), -3, 9) b, array_insert(array(1, 2, 3), -6, 9) c, array_insert(array(1), 4, 9) d, array_insert(cast(null as array<int>), -1, 1) e
--- mask again
select mask(name) a, mask(name, '*', '*') b, mask(city, null, 'q', '#', '_') c from people order by id
--- regexp_instr again
select regexp_instr(s, '[0-9]') a, regexp_instr(s, '^') b from texts order by id
--- avg, isnan
select * from (select id, region, amount, product from sales) where amount > (select avg(amount) from sales where not isnan(amount)) order by id
--- sum, isnan, unordered
select region, product, sum(amount) s from sales where not isnan(amount) group by region, product with rollup
--- join, group by
select p.city, s.region, count(*) n from people p full outer join sales s on p.id = s.person group by p.city, s.region order by p.city, s.region, n
--- rank, sum
select id, name, rank() over (partition by active order by score desc nulls last) r, sum(score) over (partition by active order by id) s from people order by id
--- avg, min, max
select id, avg(height) over (order by id rows between 2 preceding and current row) m, min(height) over (partition by city) lo, max(height) over (partition by city) hi from people order by id
--- isnan, coalesce, nanvl
select id, height, isnan(height) n, coalesce(nanvl(height, null), 0) c, height > 1.7 g, height = height e, height < cast('Infinity' as double) i from people order by height, id
--- max, min, sum 2
select max(height) a, min(height) b, sum(height) c, avg(height) d, count(height) e, percentile(height, 0.5) f from people
--- distinct
select distinct height from people order by height
--- group by
select height, count(*) n from people group by height order by height
--- case, group by
select case when height > 1.8 then 'tall' when height > 1.6 then 'mid' else 'small' end k, count(*) n from people group by 1 order by 1
--- round, floor, decimal
select id, cast(height as string) s, cast(height as int) i, round(height) r, floor(height) f, cast(height as decimal(3,1)) d from people order by id
--- concat_ws, concat, nvl
select id, concat_ws('|', name, city, cast(age as string)) a, concat(name, '-', city) b, nvl(name, 'none') c, length(coalesce(city, '')) d from people order by id
--- split, size, regexp_replace
select id, split(product, 'o') a, size(split(product, 'o')) b, regexp_replace(product, '[aeiou]', '*') c, upper(substr(product, 1, 1)) || substr(product, 2) d from sales order by id
--- date_format, to_date, datediff
select id, date_format(sold_at, 'yyyy-MM') m, to_date(sold_at) d, datediff(to_date(sold_at), date'2024-01-01') n, date_trunc('month', sold_at) t, unix_timestamp(sold_at) u, cast(sold_at as date) = date'2024-03-10' e from sales order by id
--- date_format, sum
select date_format(sold_at, 'yyyy-MM') m, count(*) n, sum(quantity) q from sales group by date_format(sold_at, 'yyyy-MM') order by m
--- year
select id, sold_at > '2024-03-01' a, sold_at between '2024-01-01' and '2024-03-10' b, sold_at = '2024-03-10 12:30:00' c, year(sold_at) = '2024' d from sales order by id
--- columns and operators
select id, amount * quantity a, price * quantity b, amount + price c, price / quantity d, price - 1 e, amount % 3 f, price * 1.1 g, -price h from sales order by id
--- sum, avg, max 2
select sum(price) a, avg(price) b, sum(price * quantity) c, max(price) - min(price) d, sum(quantity) / count(*) e, round(avg(price), 2) f, sum(cast(amount as decimal(10,2))) g from sales
--- size, array_contains, concat_ws
select id, tags[0] a, size(tags) b, array_contains(tags, 'a') c, tags[size(tags) - 1] d, concat_ws(',', tags) e, array_distinct(tags) f, sort_array(tags) g, array_position(tags, 'b') h from nested order by id
--- map_keys, size, map_contains_key
select id, props['k'] a, map_keys(props) b, size(props) c, map_contains_key(props, 'x') d, coalesce(props['zz'], 'no') e, element_at(props, 'k') f, cast(props['x'] as int) + 1 g from nested order by id
--- null
select id, addr.street a, addr.zip + 1 b, addr.geo.lat c, addr is null d, addr.geo is null e, struct(addr.zip, id) f, addr.* from nested order by id
--- transform, aggregate
select id, transform(items, x -> x.sku) a, filter(items, x -> x.qty > 1) b, aggregate(items, 0, (a, x) -> a + x.qty) c, items.sku d, items[0].qty e, exists(items, x -> x.sku = 'p1') f from nested order by id
--- transform, aggregate, flatten
select id, transform(matrix, r -> aggregate(r, 0D, (a, x) -> a + x)) a, flatten(matrix) b, matrix[0] c, size(matrix) d, array_max(flatten(matrix)) e from nested order by id
--- explode 2
select t.tag, count(*) n from nested lateral view explode(tags) t as tag group by t.tag order by n desc, tag
--- posexplode, inline
select id, pos, tag, sku from nested lateral view posexplode(tags) t as pos, tag lateral view outer inline(items) i as sku, qty order by id, pos, sku
--- try_cast
select s, try_cast(s as int) a, cast(s as float) b, cast(s as tinyint) c, cast(s as binary) d, s = '10' e, s > 5 f, s in ('10', 10) g, s + 1 h from texts order by id
--- trim, length, lower
select id, trim(s) a, length(trim(s)) b, lower(s) c, substring(s, 2, 3) d, lpad(s, 8, '*') e, instr(s, 'a') f, replace(s, ' ', '_') g, s like '%a%' h, s rlike '[0-9]' i, translate(s, '0123456789', 'abcdefghij') j from texts order by id
--- regexp_extract, regexp_extract_all, regexp_count
select id, s, regexp_extract(s, '([0-9]+)', 1) a, regexp_extract_all(s, '[a-z]', 0) b, regexp_count(s, '.') c, regexp_replace(s, '(\\d)(\\d)', '$2$1') d, split(s, '\\s+') e from texts order by id
--- abs, bin, hex
select id, i div 2 a, i / 2 b, i % 4 c, i * i d, l + 1 e, abs(i) f, i & 7 g, i | 8 h, i << 1 k, i >> 1 m, bin(i) n, hex(l) o, cast(i as boolean) p from numbers order by id
--- greatest, least, coalesce
select id, d > f a, d = dec b, i = d c, l > i d, dec > 1 e, f in (0.1) g, cast(f as double) h, d between -1 and 3 k, greatest(i, d) m, least(dec, i) n, coalesce(f, d) o from numbers order by id
--- sum, avg, max 3
select sum(i) a, sum(l) b, sum(d) c, sum(f) d, sum(dec) e, avg(i) f, avg(f) g, avg(dec) h, max(f) k, min(d) m, sum(t) n, sum(s) o, count(distinct d) p, stddev(i) q from numbers
--- sqrt, exp, ln
select id, sqrt(i) a, exp(t) b, ln(d) c, log10(dec) e, pow(i, 2) f, sin(d) g, atan2(i, 2) h, degrees(f) k, cbrt(d) m, signum(i) n, tan(t) o, hypot(i, t) p from numbers order by id
--- add_months, last_day, next_day
select id, d, add_months(d, -1) a, last_day(d) b, next_day(d, 'FR') c, trunc(d, 'YEAR') e, weekofyear(d) f, dayofweek(d) g, d + 30 h, d - interval 1 year k, date_format(d, 'E') m, months_between(d, date'2024-01-01') n, datediff(d, '2024-01-01') o from times order by id
--- date_trunc, hour, minute
select id, ts, ts + interval 1 hour a, ts - interval '1' day b, date_trunc('day', ts) c, hour(ts) * 60 + minute(ts) d, unix_micros(ts) e, cast(ts as double) f, ts > current_timestamp() g, date_format(ts, 'HH:mm:ss.SSS') h, second(ts) k from times order by id
--- to_date, coalesce, to_timestamp
select id, str, to_date(str, 'dd/MM/yyyy') a, coalesce(to_date(str, 'dd/MM/yyyy'), to_date(str)) b, to_timestamp(str, 'dd/MM/yyyy') c, cast(str as date) d, unix_timestamp(str, 'dd/MM/yyyy') e from times order by id
--- max 2
select * from (select city, active, id from people) pivot (count(id) n, max(id) m for (active) in (true, false)) order by city nulls last
--- unpivot, null
select * from people unpivot include nulls (v for k in (age as a, id as b)) where id_2 is null
--- unpivot
select id, k, v from people unpivot include nulls (v for k in (age as a)) order by id
--- row_number, rand, monotonically_increasing_id
select id, row_number() over (order by rand(1)) > 0 a, rand(5) between 0 and 1 b, monotonically_increasing_id() >= 0 c from people order by id
--- join
select a.id, b.id from people a join people b on a.city = b.city and a.id < b.id order by 1, 2
--- join 2
select a.id x, b.id y from people a cross join people b where a.age = b.age and a.id <> b.id order by x, y
--- union
select id from people where city = 'Berlin' union all select id from people where age > 40 order by id
--- union 2
(select id from people order by id limit 2) union all (select id from sales order by id desc limit 2) order by id
--- intersect
select id from people intersect all select person from sales order by id
--- columns and operators 2
select count(*) from people where city <> 'Berlin'
--- null, distinct
select count(*) a, count(1) b, count(null) c, count(city) d, count(distinct city) e, count(*) filter (where age > 30) f from people
--- if, explode
select id, if(age > 30, 'old', null) a, iff.b from people lateral view explode(array(1)) iff as b order by id limit 2
--- max 3
select exists(select 1 from sales where quantity > 1000) a, (select count(*) from people) b, 1 in (select id from people) c, (select max(name) from people where age > 100) d
--- sum, isnan, round
with t as (select region, sum(amount) s from sales where not isnan(amount) group by region), u as (select sum(s) total from t) select region, round(s / total, 4) share from t cross join u order by region
--- max_by, min_by, collect_list
select region, max_by(product, amount) top, min_by(product, sold_at) firsts, collect_list(quantity) q, array_sort(collect_set(product)) p, first(product, true) f from (select * from sales order by id) group by region order by region
--- sum, if, any
select region, sum(if(product = 'pen', quantity, 0)) pens, sum(case when product = 'book' then quantity end) books, count(distinct person) buyers, any(quantity > 2) big from sales group by region order by region
--- grouping_id
select grouping_id(region, product) g, region, product, count(*) n from sales group by grouping sets ((region, product), (region), ()) order by g, region, product
--- approx_percentile, isnan
select id, approx_percentile(amount, 0.5) over (partition by region) m from sales where not isnan(amount) order by id
--- element_at, split, str_to_map
select element_at(split('a=1;b=2', ';'), 2) a, str_to_map('a=1;b=2', ';', '=')['b'] b, map_from_entries(transform(split('a=1;b=2', ';'), x -> struct(split(x, '=')[0], split(x, '=')[1]))) c
--- named_struct, to_json, from_json
select id, named_struct('n', name, 'a', age).n x, to_json(named_struct('n', name, 'a', age, 'd', joined, 's', score)) j, from_json(to_json(struct(id, name)), 'id bigint, name string').name y from people order by id
--- inline_outer
select inline_outer(array(struct(1, 'a'), struct(2, null)))
--- stack 2
select id, stack(2, 'age', age, 'id', cast(id as int)) as (k, v) from people order by id, k
--- json_tuple
select json_tuple('{"a":1,"b":"x","c":{"d":2}}', 'a', 'b', 'c', 'e') as (a, b, c, e)
--- from_json
select from_json('{"a":1.7,"b":"2024-01-05","c":[1,null],"d":{"e":true}}', 'a int, b date, c array<int>, d struct<e:boolean>') x, from_json('{"a":', 'a int') y, from_json('{"A":1}', 'a int') z, from_json('{"a":9999999999}', 'a int') w
--- hash, pmod, abs
select hash(id, name) % 10 a, pmod(hash(name), 4) b, abs(hash(id)) % 5 c, crc32(name) d, md5(concat(id, name)) e from people order by id
--- width_bucket, ntile, floor
select width_bucket(age, 0, 100, 10) a, ntile(2) over (order by age, id) b, floor(age / 10) * 10 c, case when age is null then 'unknown' else concat(floor(age / 10) * 10, 's') end d from people order by id
--- replace, regexp_replace, decimal
select cast('1,234' as int) a, cast(replace('1,234', ',', '') as int) b, cast('12%' as double) c, cast(regexp_replace('$1,234.50', '[^0-9.]', '') as decimal(10,2)) d, cast('0x1F' as int) e, cast('1_000' as int) f, cast('١٢' as int) g, cast('+5' as int) h, cast('--5' as int) i, cast('5-' as int) j
--- columns and operators 3
select cast('NaN' as double) a, cast('-Infinity' as float) b, cast('inf' as double) c, cast('1e-400' as double) d, cast('.5' as double) e, cast('5.' as double) f, cast('1d' as double) g, cast('1f' as float) h, cast('١' as double) i, cast('1 2' as double) j
--- add_months
select date'2024-02-29' + interval 1 year a, date'2024-01-31' + interval 1 month b, date'2024-03-31' - interval 1 month c, timestamp'2024-02-29 12:00:00' + interval 12 months d, add_months(date'2024-02-29', 12) e, add_months(date'2023-02-28', 12) f
--- string, int, double
select cast(-1 as string) || 'x' a, string(1.50) b, int('7') c, double('1.5') d, boolean('yes') e, date('2024-01-05') f, timestamp('2024-01-05') g, decimal('1.5') h, bigint(3.7) i, float('1.1') j, tinyint('300') k, binary('ab') l
--- nullif, nvl2, coalesce
select nullif(city, '') a, nvl2(city, 1, 0) b, coalesce(nullif(trim(city), ''), 'unknown') c, city = '' d, city <=> null e, isnull(nullif(city, '')) f, ifnull(city, '?') g from people order by id
--- try_cast, concat, decimal
select i, try_cast(l as int) a, try_cast(d as int) b, try_cast(dec as tinyint) c, try_cast(s as tinyint) e, try_cast(f as bigint) f, try_cast(concat(' ', i, ' ') as int) g, try_cast(concat(i, '.0') as int) h, try_cast('9999999999' as int) k, try_cast(d as decimal(3,1)) m from numbers order by id
