--- types of literals
select typeof(1) a, typeof(1L) b, typeof(1.5) c, typeof(1.5D) d, typeof(1e3) e, typeof('x') f, typeof(true) g, typeof(null) h, typeof(1S) i, typeof(1Y) j, typeof(1.5F) k, typeof(date'2024-01-01') l, typeof(timestamp'2024-01-01') m, typeof(x'01') n
--- types of constructors
select typeof(array(1)) a, typeof(map('a', 1)) b, typeof(struct(1, 'x')) c, typeof(named_struct('k', 1L)) d, typeof(array()) e, typeof(array(1.5, 2)) f
--- string escapes
select 'a\nb' a, 'it\'s' b, "double \"quoted\"" c, 'tab\tx' d, 'back\\slash' e, '\u0041' f, 'a\qb' g, '\101' h
--- doubled quotes
select 'it''s' a, "say ""hi""" b, 'a' 'b' c
--- double quoted strings
select "hello" a, "it's" b, 'say "x"' c, "" d
--- percent and underscore escapes
select '100\%' a, 'a\_b' b, length('\%') c
--- unicode text
select '王小明' a, 'naïve ☃' b, '😀' c
--- binary literals
select x'1F' a, X'00ff' b, hex(x'1f') c, typeof(x'') d
--- date and timestamp literals
select date'2024-02-29' a, timestamp'2024-02-29 12:34:56.789' b, date '2024-1-5' c, timestamp'2024-01-01' d, timestamp '2024-01-01T01:02:03+08:00' e
--- bad date literal is refused
select date'2024-02-30' a
--- comments
select 1 /* one */ + /* two */ 2 as a -- three
, 4 b
--- bracketed comment with quotes
select /* it's "fine" ; */ 'a -- not a comment' a, '/* nor this */' b
--- hints are ignored
select /*+ REPARTITION(3) */ id from people where id < 3 order by id
--- scientific and suffixed numbers
select 1.e2 a, .5 b, 5. c, 1E-2 d, 100S e, 3Y f, -1.5F g
--- null literal type
select null a, array(null) b, typeof(coalesce(null, null)) c
--- boolean literals any case
select TRUE a, False b, true = TRUE c
--- minimum integers
select -2147483648 a, typeof(-2147483648) b, -9223372036854775808 c, typeof(-9223372036854775808) d
--- keywords as names
select 1 as date, 2 as order_, 3 as value, 4 as `table`, 5 as year, 6 as user_
--- columns named like functions
select count, sum, left from (select 1 as count, 2 as sum, 3 as left)
--- keyword columns
select date, timestamp, year, key, value, type, name, index, desc_ from (select 1 as date, 2 as timestamp, 3 as year, 4 as key, 5 as value, 6 as type, 7 as name, 8 as index, 9 as desc_)
--- interval literals
select interval 1 day a, interval '2' hours b, interval 3 month c, interval '1 2:03:04' day to second d
--- very long text
select length(repeat('ab', 10000)) a, md5(repeat('x', 1000)) b
--- newline in a literal
select 'line one
line two' a
--- semicolon in a literal
select 'a;b' a, "c;d" b
--- timestamp without time zone
select timestamp_ntz'2024-01-01 01:02:03' a, typeof(timestamp_ntz'2024-01-01 01:02:03') b
