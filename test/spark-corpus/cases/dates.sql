--- to_date with patterns
select to_date('2024-03-05') a, to_date('05/03/2024', 'dd/MM/yyyy') b, to_date('20240305', 'yyyyMMdd') c, to_date('Mar 5, 2024', 'MMM d, yyyy') d, to_date('bad') e, to_date('2024-13-01', 'yyyy-MM-dd') f, to_date('2024-03-05 10:11:12') g
--- to_date of a column
select id, to_date(str, 'dd/MM/yyyy') a from times order by id
--- date_format patterns
select date_format(timestamp'2024-03-05 14:07:09.123', 'yyyy/MM/dd HH:mm:ss.SSS') a, date_format(date'2024-03-05', 'EEE, d MMM yy') b, date_format(date'2024-03-05', 'EEEE MMMM') c, date_format(timestamp'2024-03-05 14:07:09', 'hh:mm a') d, date_format(date'2024-03-05', 'D') e, date_format(date'2024-11-05', 'Q') f, date_format('2024-03-05', 'yyyyMM') g
--- date_format quoted text
select date_format(timestamp'2024-03-05 04:07:09', "yyyy-MM-dd'T'HH:mm:ss") a, date_format(timestamp'2024-03-05 04:07:09', 'H:m:s') b, date_format(null, 'yyyy') c
--- date_format of a column
select id, date_format(d, 'yyyy-MM') a, date_format(ts, 'HH:mm') b, date_format(d, 'E') c from times order by id
--- datediff
select datediff('2024-03-01', '2024-02-28') a, datediff(date'2024-01-01', date'2024-01-31') b, datediff(timestamp'2024-01-02 00:00:01', timestamp'2024-01-01 23:59:59') c, date_diff('2024-01-02', '2024-01-01') d, datediff(null, '2024-01-01') e
--- date_add and date_sub
select date_add('2024-02-28', 2) a, date_sub(date'2024-03-01', 1) b, date_add(date'2024-01-01', -1) c, date_add(timestamp'2024-01-01 23:00:00', 1) d, typeof(date_add('2024-01-01', 1)) e
--- add_months at month ends
select add_months('2024-01-31', 1) a, add_months('2024-02-29', 12) b, add_months(date'2024-03-31', -1) c, add_months('2023-02-28', 1) d
--- months_between
select months_between('2024-03-31', '2024-02-29') a, months_between('2024-03-15', '2024-01-01') b, months_between('1997-02-28 10:30:00', '1996-10-30') c, months_between('2024-01-01', '2024-03-01', false) d
--- trunc
select trunc('2024-08-15', 'MM') a, trunc('2024-08-15', 'YEAR') b, trunc('2024-08-15', 'QUARTER') c, trunc('2024-08-15', 'week') d, trunc('2024-08-15', 'day') e, trunc('2024-08-15', 'bad') f
--- date_trunc
select date_trunc('HOUR', timestamp'2024-08-15 13:45:10.5') a, date_trunc('MONTH', '2024-08-15 13:45:10') b, date_trunc('week', timestamp'2024-08-15 13:45:10') c, date_trunc('quarter', date'2024-08-15') d, date_trunc('bad', timestamp'2024-08-15 13:45:10') e, typeof(date_trunc('DAY', date'2024-08-15')) f
--- last_day and next_day
select last_day('2024-02-10') a, last_day(date'2023-12-31') b, next_day('2024-08-15', 'Thu') c, next_day('2024-08-15', 'monday') d, next_day('2024-08-15', 'bad') e
--- day parts
select dayofweek('2024-08-18') a, weekday('2024-08-18') b, dayofyear('2024-12-31') c, dayofmonth('2024-08-15') d, weekofyear('2024-12-30') e, weekofyear('2021-01-03') f, day('2024-08-15') g
--- year parts
select year('2024-08-15') a, month('2024-08-15') b, quarter('2024-08-15') c, hour('2024-08-15 13:45:10') d, minute(timestamp'2024-08-15 13:45:10') e, second(timestamp'2024-08-15 13:45:10.7') f, year(null) g
--- parts of columns
select id, year(d) a, dayofweek(d) b, weekofyear(d) c, dayofyear(d) e, hour(ts) f, second(ts) g from times order by id
--- unix_timestamp
select unix_timestamp('2024-03-05 00:00:00') a, unix_timestamp('05/03/2024', 'dd/MM/yyyy') b, unix_timestamp(timestamp'1970-01-01 00:00:01') c, unix_timestamp('bad') d, to_unix_timestamp('2024-03-05', 'yyyy-MM-dd') e, unix_timestamp(date'1970-01-02') f
--- from_unixtime
select from_unixtime(0) a, from_unixtime(1700000000, 'yyyy-MM-dd') b, from_unixtime(1700000000) c, typeof(from_unixtime(0)) d, from_unixtime(null) e
--- to_timestamp
select to_timestamp('2024-03-05 01:02:03') a, to_timestamp('05.03.2024 01:02', 'dd.MM.yyyy HH:mm') b, to_timestamp('bad') c, to_timestamp('2024-03-05') d, to_timestamp('2024-03-05T01:02:03.456Z') e
--- timestamp from numbers
select timestamp_seconds(1700000000) a, timestamp_millis(1700000000123) b, timestamp_micros(1700000000123456) c, unix_seconds(timestamp'2024-01-01 00:00:00') d, unix_millis(timestamp'2024-01-01 00:00:00.5') e, unix_date(date'1970-01-10') f, date_from_unix_date(10) g, unix_micros(timestamp'1970-01-01 00:00:01') h
--- make_date and make_timestamp
select make_date(2024, 2, 29) a, make_date(2023, 2, 29) b, make_timestamp(2024, 3, 5, 1, 2, 3.5) c, make_date(null, 1, 1) d
--- intervals
select date'2024-01-31' + interval 1 month a, date'2024-01-31' + interval 1 day b, timestamp'2024-01-31 10:00:00' - interval 2 hours c, date'2024-03-31' - interval 1 month d, timestamp'2024-01-01 00:00:00' + interval '1 02:03:04' day to second e, date'2024-01-01' + interval '1' year f, date'2024-01-01' + interval 1 week g
--- types of interval results
select typeof(date'2024-01-31' + interval 1 month) a, typeof(date'2024-01-31' + interval 1 day) b, typeof(date'2024-01-31' + interval 1 hour) c, typeof(interval 1 day) d, typeof(interval 1 month) e
--- date plus integer
select date'2024-02-28' + 2 a, date'2024-03-01' - 1 b, typeof(date'2024-02-28' + 1) c
--- date minus date
select date'2024-03-01' - date'2024-02-01' a, typeof(date'2024-03-01' - date'2024-02-01') b
--- timestamp difference in seconds
select unix_timestamp(ts) - unix_timestamp(timestamp'2024-01-01 00:00:00') a, (cast(ts as long) - cast(timestamp'2024-01-01 00:00:00' as long)) / 3600 b from times where id = 1
--- extract
select extract(year from date'2024-08-15') a, extract(month from timestamp'2024-08-15 01:02:03') b, extract(dow from date'2024-08-18') c, extract(dayofweek_iso from date'2024-08-18') d, extract(second from timestamp'2024-08-15 01:02:03.456') e, extract(week from date'2024-12-30') f, extract(doy from date'2024-02-01') g, date_part('quarter', date'2024-08-15') h, extract(yearofweek from date'2024-12-30') i
--- timestampdiff and timestampadd
select timestampdiff(day, date'2024-01-01', date'2024-03-01') a, timestampdiff(month, timestamp'2024-01-31 00:00:00', timestamp'2024-02-29 00:00:00') b, timestampadd(hour, 5, timestamp'2024-01-01 00:00:00') c, dateadd(day, 3, date'2024-01-30') d, datediff(hour, timestamp'2024-01-01 00:00:00', timestamp'2024-01-01 01:59:59') e, dateadd(month, 1, date'2024-01-31') f
--- time zones
select from_utc_timestamp('2024-07-01 12:00:00', 'Asia/Shanghai') a, to_utc_timestamp('2024-07-01 12:00:00', 'Europe/Berlin') b, from_utc_timestamp(timestamp'2024-01-01 00:00:00', 'UTC') c, convert_timezone('UTC', 'Asia/Tokyo', timestamp_ntz'2024-01-01 00:00:00') d
--- date comparison and between
select id from times where d between '2023-01-01' and '2024-06-30' order by id
--- filter by text timestamp
select id from sales where sold_at >= '2024-03-10 12:00:00' order by id
--- group by month
select date_format(sold_at, 'yyyy-MM') m, count(*) n, sum(quantity) q from sales group by 1 order by 1
--- truncated month group
select trunc(sold_at, 'MM') m, count(*) n from sales group by trunc(sold_at, 'MM') order by m
--- date order with nulls
select joined from people order by joined desc
--- min and max dates
select min(joined) a, max(joined) b, datediff(max(joined), min(joined)) c, min(sold_at) d from people, sales
--- dayname and monthname
select dayname(date'2024-08-15') a, monthname(date'2024-08-15') b
--- window of time
select window.start s, window.end e, count(*) n from sales where sold_at is not null group by window(sold_at, '30 days') order by 1
--- make_interval arithmetic
select timestamp'2024-01-01 00:00:00' + make_interval(0, 1, 0, 2, 3) a, date'2024-01-01' + make_ym_interval(1, 2) b, timestamp'2024-01-01 00:00:00' + make_dt_interval(1, 2) c
--- multiples of intervals
select date'2024-01-31' + interval 1 month * 2 a, timestamp'2024-01-01 00:00:00' + 2 * interval 3 hours b
--- interval from a column
select id, d + make_interval(0, id) a, date_add(d, id) b, d - id c from times order by id
--- to_char of dates
select to_char(date'2024-08-15', 'yyyy MM') a, date_format(to_timestamp('2024-08-15 9:05', 'yyyy-MM-dd H:mm'), 'HHmm') b
--- try_to_timestamp and invalid
select try_to_timestamp('x') a, to_timestamp('2024-02-30 00:00:00') b, to_date('2024-02-30') c
--- julian and early dates
select date'1582-10-15' a, date'1900-01-01' - 1 b, year(date'0001-01-01') c, cast('1500-06-15' as date) d
--- localised week of month
select date_format(date'2024-08-15', 'F') a, date_format(timestamp'2024-08-15 00:30:00', 'k K h H') b, date_format(timestamp'2024-08-15 13:00:00.05', 'S SS SSSSSS') c
--- hour from text and null
select hour('13:45:10') a, hour('bad') b, minute('2024-01-01') c, second(null) d
--- date function of a timestamp column
select id, date(ts) a, to_date(ts) b, ts > d c, ts = d e from times order by id
--- current functions agree
select current_date() = date(current_timestamp()) a, now() = current_timestamp() b, typeof(current_date) c
--- windows that overlap, unordered
select window, count(*) n, sum(amount) s from sales group by window(sold_at, '2 days', '1 day')
--- window with a start, unordered
select w.start a, w.end b, region, count(*) n from (select window(sold_at, '1 day', '1 day', '6 hours') w, region from sales) group by w, region
--- window in the select list alone
select id, window(sold_at, '90 minutes') w, window.end from sales where sold_at is not null order by id
--- fields of a grouping column
select addr.zip z, addr.geo.lat l, count(*) n from nested group by addr order by z nulls first
--- sequence of dates by months
select sequence(date'2024-01-31', date'2024-06-30', interval 1 month) a, sequence(date'2024-06-30', date'2024-01-31', interval -1 month) b, sequence(date'2024-01-01', date'2026-01-01', interval 1 year) c, sequence(date'2024-01-01', date'2024-01-01', interval 2 months) d
--- intervals from one unit to another
select timestamp'2024-01-01 00:00:00' + interval '1 12:30:15.5' day to second a, timestamp'2024-01-01 00:00:00' - interval '-5:30' hour to minute b, date'2024-01-31' + interval '1-1' year to month c, date'2024-01-31' + interval '1 2' day to hour d, timestamp'2024-01-01 00:00:00' + interval '10:30' minute to second e
--- months_between of fractions of a second
select months_between(timestamp'2024-01-15 00:00:00.9', timestamp'2024-01-10 00:00:00.1') a, months_between('2024-01-15 10:00:00.7', '2024-01-10 12:00:00.9') b
--- zones stand behind seconds only
select cast(s as timestamp) t from values ('2024-07-01 12:00 Europe/Berlin'), ('2024-07-01 12:00+02:00'), ('2024-07-01 12Z'), ('2024-07-01 12:00:00+02:00'), ('2024-07-01 12:00:00.5 +02:00'), ('2024-07-01 12:00:00 CET'), ('2024-07-01 12:00:00 PST') as v(s)
--- map keys of timestamps
select map(timestamp'2024-01-01 12:00:00', 1) a, to_json(map(timestamp'2024-01-01 12:00:00', 1)) b, to_json(map(date'2024-01-01', 1)) c, cast(map(timestamp'2024-01-01 12:00:00', 1) as string) d
