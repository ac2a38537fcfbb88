--- text to int
select cast(' 7 ' as int) a, cast('1.5' as int) b, cast('abc' as int) c, cast('' as int) d, cast('-3' as int) e, cast('+4' as int) f, cast('1e3' as int) g, cast('2147483648' as int) h, cast('.9' as int) i
--- text column to numbers
select id, cast(s as int) a, cast(s as bigint) b, cast(s as double) c, cast(s as decimal(10,2)) e from texts order by id
--- text to boolean
select cast('true' as boolean) a, cast('T' as boolean) b, cast('yes' as boolean) c, cast('0' as boolean) d, cast('no' as boolean) e, cast('maybe' as boolean) f, cast(' true ' as boolean) g
--- text column to boolean and date
select id, cast(s as boolean) a, cast(s as date) b, cast(s as timestamp) c from texts order by id
--- numbers to boolean
select cast(2 as boolean) a, cast(0 as boolean) b, cast(0.0 as boolean) c, cast(true as int) d, cast(false as double) e, cast(true as string) f
--- double to int truncates
select cast(2.9D as int) a, cast(-2.9D as int) b, cast(2.5 as int) c, cast(-2.5 as int) d, cast(3e9 as int) e, cast(double('NaN') as int) f, cast(1e30 as bigint) g
--- double column to int
select id, cast(d as int) a, cast(d as bigint) b, cast(f as int) c, int(dec) e from numbers order by id
--- large integers wrap
select cast(3000000000 as int) a, cast(300 as tinyint) b, cast(70000 as smallint) c, cast(-129 as tinyint) d
--- bigint column wraps
select id, cast(l as int) a, cast(l as smallint) b, cast(i as tinyint) c from numbers order by id
--- double to text
select cast(1e10 as string) a, cast(1.0D as string) b, cast(0.1D as string) c, cast(1e7 as string) d, cast(1e6 as string) e, cast(123456789.123D as string) f, cast(0.001D as string) g, cast(0.0001D as string) h, cast(-0.0D as string) i, cast(100D as string) j
--- double special to text
select cast(double('NaN') as string) a, cast(double('Infinity') as string) b, cast(1.5e300 as string) c, cast(5e-324 as string) d
--- double column to text
select id, cast(d as string) a, cast(f as string) b, cast(dec as string) c, concat(d, '') e from numbers order by id
--- float to text
select cast(cast(0.1 as float) as string) a, cast(cast(16777216 as float) as string) b, cast(cast(1e10 as float) as string) c
--- decimal to text
select cast(1.50 as string) a, cast(cast(2 as decimal(10,3)) as string) b, cast(cast(0 as decimal(20,10)) as string) c, cast(-0.5 as string) d
--- text to decimal
select cast('1.005' as decimal(10,2)) a, cast('1.015' as decimal(10,2)) b, cast('12345.6' as decimal(5,2)) c, cast('abc' as decimal(5,2)) d, cast(' 2.5 ' as decimal(5,1)) e
--- decimal rounds half up
select cast(2.345 as decimal(10,2)) a, cast(-2.345 as decimal(10,2)) b, cast(2.5D as decimal(10,0)) c, cast(3.5D as decimal(10,0)) d, cast(0.125D as decimal(10,2)) e
--- decimal default precision
select typeof(cast(1.9 as decimal)) a, cast(1.9 as decimal) b, typeof(cast(1 as decimal(12))) c, cast('1.5' as dec) d, cast(1.4 as numeric(3,1)) e
--- date from text forms
select cast('2024-02-29' as date) a, cast('2023-02-29' as date) b, cast('2024-2-9' as date) c, cast('2024' as date) d, cast('2024-03' as date) e, cast('2024-03-05T10:00:00' as date) f, cast(' 2024-03-05 ' as date) g, cast('20240305' as date) h, cast('2024/03/05' as date) i
--- timestamp from text forms
select cast('2024-03-05 01:02:03' as timestamp) a, cast('2024-03-05T01:02:03Z' as timestamp) b, cast('2024-03-05 01:02:03+02:00' as timestamp) c, cast('2024-03-05' as timestamp) d, cast('2024-03-05 1:2:3.4' as timestamp) e, cast('bad' as timestamp) f, cast('2024-03-05 10:11' as timestamp) g
--- timestamp to text
select cast(timestamp'2024-03-05 01:02:03' as string) a, cast(timestamp'2024-03-05 01:02:03.100' as string) b, cast(timestamp'2024-03-05 00:00:00' as string) c, cast(date'2024-03-05' as string) d
--- timestamp columns to text and numbers
select id, cast(ts as string) a, cast(ts as bigint) b, cast(ts as double) c, cast(ts as date) e from times order by id
--- long to timestamp is seconds
select cast(0L as timestamp) a, cast(1700000000 as timestamp) b, cast(1.5D as timestamp) c, cast(-1 as timestamp) d
--- date and timestamp conversions
select cast(date'2024-03-05' as timestamp) a, cast(timestamp'2024-03-05 23:59:59' as date) b, cast(true as bigint) c
--- cast functions
select int('5') a, bigint('6') b, double('2.5') c, string(5) d, boolean('true') e, date('2024-01-02') f, timestamp('2024-01-02') g, float('0.5') h, smallint(3) i, tinyint(4) j, decimal(5.5) k, binary('ab') l
--- double colon cast
select '5'::int a, 1.7::int b, '2024-01-02'::date + 1 c, 'x'::int d
--- try_cast
select try_cast('x' as int) a, try_cast('5' as int) b, try_cast('3000000000' as int) c, try_cast('2024-13-01' as date) d
--- text plus number
select '5' + 3 a, '5' * '2' b, '5' - 1.5 c, 'x' + 1 d, 5 + '3.5' e, '6' / '4' f, -'3' g, '7' % 2 h
--- integral division of text is refused
select '7' div 2 a
--- types of text arithmetic
select typeof('5' + 3) a, typeof('5' * 2L) b, typeof('5' + 1.5) c, typeof('6' / 2) d
--- text column plus number
select id, s + 1 a, s * 2 b, s / 2 c from texts order by id
--- text compares as number with a number
select '10' > 9 a, '10' > '9' b, 'a' = 1 c, '1.0' = 1 d, '01' = 1 e, ' 1 ' = 1 f, '' = 0 g, 'abc' < 5 h
--- text column compares with numbers
select id, s > 5 a, s = 10 b, s = '10' c, s <> 7 e from texts order by id
--- text compares with date and timestamp
select date'2024-01-02' = '2024-01-02' a, date'2024-01-02' > '2024-1-1' b, timestamp'2024-01-02 00:00:00' = '2024-01-02' c, date'2024-01-02' = timestamp'2024-01-02 00:00:00' d, date'2024-01-02' < 'zzz' e
--- text compares with boolean
select 'true' = true a, 't' = true b, '1' = true c, 'abc' = true d
--- in coerces
select 1 in ('1', '2') a, '1' in (1, 2) b, 'a' in (1) c, 1.0 in (1) d
--- text in numeric functions
select abs('-3') a, round('2.567', 1) b, sqrt('16') c, ceil('1.2') d, greatest('10', '9') e
--- sum and avg of text
select sum(s) a, avg(s) b, max(s) c, min(s) d from texts where s in ('10', ' 7 ', '1.5')
--- concat of mixed types
select concat('a', 1, true, 2.5, 1.0D, date'2024-01-02') a, 'x' || 1 || null b, concat() c, 1 || 2 d
--- cast timestamp with fraction
select cast(timestamp'2024-03-05 01:02:03.999999' as bigint) a, cast(timestamp'1969-12-31 23:59:59.5' as bigint) b, cast(timestamp'2024-03-05 01:02:03.5' as decimal(20,2)) c
--- binary casts
select cast('abc' as binary) a, cast(cast('héllo' as binary) as string) b, cast(x'4142' as string) c, hex(cast(258 as binary)) d
--- cast to a parametrised text
select cast(12345 as char(3)) a, cast('abc' as varchar(2)) b
--- boolean to text and back in concat
select concat(true, '!') a, string(1 = 1) b, boolean(string(false)) c
--- union coerces
select 1 a union all select '2' union all select null
--- interval to text
select cast(interval 1 day as string) a, cast(interval '1-2' year to month as string) b
