--- text to timestamp, in Asia/Shanghai
select cast(x as timestamp) t, cast(cast(x as timestamp) as string) s, cast(cast(x as timestamp) as bigint) n from values ('2024-03-10 02:30:00'), ('2024-11-03 01:30:00'), ('2024-11-03 01:30:00-05:00'), ('2024-11-03T01:30:00Z'), ('2024-07-01'), ('2024-07-01 24:00:00'), ('1900-01-01 00:00:00'), ('2024-07-01 12:00 Europe/Berlin'), ('2024-7-1 5:6:7.5'), (null), ('1986-05-04 02:15:00') as v(x)
--- text to timestamp, in America/New_York
select cast(x as timestamp) t, cast(cast(x as timestamp) as string) s, cast(cast(x as timestamp) as bigint) n from values ('2024-03-10 02:30:00'), ('2024-11-03 01:30:00'), ('2024-11-03 01:30:00-05:00'), ('2024-11-03T01:30:00Z'), ('2024-07-01'), ('2024-07-01 24:00:00'), ('1900-01-01 00:00:00'), ('2024-07-01 12:00 Europe/Berlin'), ('2024-7-1 5:6:7.5'), (null), ('1986-05-04 02:15:00') as v(x)
--- text to timestamp, in +05:30
select cast(x as timestamp) t, cast(cast(x as timestamp) as string) s, cast(cast(x as timestamp) as bigint) n from values ('2024-03-10 02:30:00'), ('2024-11-03 01:30:00'), ('2024-11-03 01:30:00-05:00'), ('2024-11-03T01:30:00Z'), ('2024-07-01'), ('2024-07-01 24:00:00'), ('1900-01-01 00:00:00'), ('2024-07-01 12:00 Europe/Berlin'), ('2024-7-1 5:6:7.5'), (null), ('1986-05-04 02:15:00') as v(x)
--- timestamps to text, date, fields, in Asia/Shanghai
select id, cast(ts as string) s, cast(ts as date) d, hour(ts) h, minute(ts) mi, second(ts) sec, day(ts) dd, year(ts) y, weekday(ts) w, dayofyear(ts) n, weekofyear(ts) k, cast(ts as bigint) u from times order by id
--- timestamps to text, date, fields, in America/New_York
select id, cast(ts as string) s, cast(ts as date) d, hour(ts) h, minute(ts) mi, second(ts) sec, day(ts) dd, year(ts) y, weekday(ts) w, dayofyear(ts) n, weekofyear(ts) k, cast(ts as bigint) u from times order by id
--- timestamps to text, date, fields, in +05:30
select id, cast(ts as string) s, cast(ts as date) d, hour(ts) h, minute(ts) mi, second(ts) sec, day(ts) dd, year(ts) y, weekday(ts) w, dayofyear(ts) n, weekofyear(ts) k, cast(ts as bigint) u from times order by id
--- dates to timestamps, in Asia/Shanghai
select id, cast(d as timestamp) t, cast(cast(d as timestamp) as bigint) u, d = cast(ts as date) same, d < ts lt, d = cast(d as timestamp) eq from times order by id
--- dates to timestamps, in America/New_York
select id, cast(d as timestamp) t, cast(cast(d as timestamp) as bigint) u, d = cast(ts as date) same, d < ts lt, d = cast(d as timestamp) eq from times order by id
--- dates to timestamps, in +05:30
select id, cast(d as timestamp) t, cast(cast(d as timestamp) as bigint) u, d = cast(ts as date) same, d < ts lt, d = cast(d as timestamp) eq from times order by id
--- date_format, in Asia/Shanghai
select date_format(ts, 'yyyy-MM-dd HH:mm:ss.SSS XXX') a, date_format(ts, 'EEE, d MMM yyyy hh:mm a Z') b, date_format(ts, 'xx') c, date_format(d, 'yyyy/MM/dd HH') e, date_format(ts, 'VV') f from times order by id
--- date_format, in America/New_York
select date_format(ts, 'yyyy-MM-dd HH:mm:ss.SSS XXX') a, date_format(ts, 'EEE, d MMM yyyy hh:mm a Z') b, date_format(ts, 'xx') c, date_format(d, 'yyyy/MM/dd HH') e, date_format(ts, 'VV') f from times order by id
--- date_format, in +05:30
select date_format(ts, 'yyyy-MM-dd HH:mm:ss.SSS XXX') a, date_format(ts, 'EEE, d MMM yyyy hh:mm a Z') b, date_format(ts, 'xx') c, date_format(d, 'yyyy/MM/dd HH') e, date_format(ts, 'VV') f from times order by id
--- unix times, in Asia/Shanghai
select from_unixtime(1710054000) a, from_unixtime(1730613600, 'yyyy-MM-dd HH:mm:ss XXX') b, unix_timestamp('2024-03-10 02:30:00') c, unix_timestamp('2024-11-03 01:30', 'yyyy-MM-dd HH:mm') d, unix_timestamp(timestamp'2024-07-01 00:00:00') e, unix_timestamp(date'2024-07-01') f, to_unix_timestamp('2024-07-01 00:00:00') g, timestamp_seconds(0) h, unix_seconds(timestamp'2024-01-01 00:00:00') i
--- unix times, in America/New_York
select from_unixtime(1710054000) a, from_unixtime(1730613600, 'yyyy-MM-dd HH:mm:ss XXX') b, unix_timestamp('2024-03-10 02:30:00') c, unix_timestamp('2024-11-03 01:30', 'yyyy-MM-dd HH:mm') d, unix_timestamp(timestamp'2024-07-01 00:00:00') e, unix_timestamp(date'2024-07-01') f, to_unix_timestamp('2024-07-01 00:00:00') g, timestamp_seconds(0) h, unix_seconds(timestamp'2024-01-01 00:00:00') i
--- unix times, in +05:30
select from_unixtime(1710054000) a, from_unixtime(1730613600, 'yyyy-MM-dd HH:mm:ss XXX') b, unix_timestamp('2024-03-10 02:30:00') c, unix_timestamp('2024-11-03 01:30', 'yyyy-MM-dd HH:mm') d, unix_timestamp(timestamp'2024-07-01 00:00:00') e, unix_timestamp(date'2024-07-01') f, to_unix_timestamp('2024-07-01 00:00:00') g, timestamp_seconds(0) h, unix_seconds(timestamp'2024-01-01 00:00:00') i
--- to_timestamp with patterns, in Asia/Shanghai
select to_timestamp('2024-03-10 02:30', 'yyyy-MM-dd HH:mm') a, to_timestamp('10/03/2024', 'dd/MM/yyyy') b, to_timestamp('2024-07-01 10:00:00 +02:00', 'yyyy-MM-dd HH:mm:ss XXX') c, to_date('2024-07-01 23:30', 'yyyy-MM-dd HH:mm') d, to_date('2024-07-01 22:30 +00:00', 'yyyy-MM-dd HH:mm XXX') e, to_timestamp('2024-11-03 01:30:00') f, to_timestamp(date'2024-01-01') g
--- to_timestamp with patterns, in America/New_York
select to_timestamp('2024-03-10 02:30', 'yyyy-MM-dd HH:mm') a, to_timestamp('10/03/2024', 'dd/MM/yyyy') b, to_timestamp('2024-07-01 10:00:00 +02:00', 'yyyy-MM-dd HH:mm:ss XXX') c, to_date('2024-07-01 23:30', 'yyyy-MM-dd HH:mm') d, to_date('2024-07-01 22:30 +00:00', 'yyyy-MM-dd HH:mm XXX') e, to_timestamp('2024-11-03 01:30:00') f, to_timestamp(date'2024-01-01') g
--- to_timestamp with patterns, in +05:30
select to_timestamp('2024-03-10 02:30', 'yyyy-MM-dd HH:mm') a, to_timestamp('10/03/2024', 'dd/MM/yyyy') b, to_timestamp('2024-07-01 10:00:00 +02:00', 'yyyy-MM-dd HH:mm:ss XXX') c, to_date('2024-07-01 23:30', 'yyyy-MM-dd HH:mm') d, to_date('2024-07-01 22:30 +00:00', 'yyyy-MM-dd HH:mm XXX') e, to_timestamp('2024-11-03 01:30:00') f, to_timestamp(date'2024-01-01') g
--- date_trunc, in Asia/Shanghai
select id, date_trunc('year', ts) a, date_trunc('quarter', ts) b, date_trunc('month', ts) c, date_trunc('week', ts) d, date_trunc('day', ts) e, date_trunc('hour', ts) f, date_trunc('minute', ts) g, trunc(ts, 'month') h from times order by id
--- date_trunc, in America/New_York
select id, date_trunc('year', ts) a, date_trunc('quarter', ts) b, date_trunc('month', ts) c, date_trunc('week', ts) d, date_trunc('day', ts) e, date_trunc('hour', ts) f, date_trunc('minute', ts) g, trunc(ts, 'month') h from times order by id
--- date_trunc, in +05:30
select id, date_trunc('year', ts) a, date_trunc('quarter', ts) b, date_trunc('month', ts) c, date_trunc('week', ts) d, date_trunc('day', ts) e, date_trunc('hour', ts) f, date_trunc('minute', ts) g, trunc(ts, 'month') h from times order by id
--- date_trunc around changes of the clock, in Asia/Shanghai
select date_trunc('hour', t) a, date_trunc('day', t) b, date_trunc('minute', t) c from (select timestamp_seconds(s) t from values (1710053700), (1710054900), (1730609100), (1730612700), (1730616300), (1711846500), (1729990500), (1729994100) as v(s))
--- date_trunc around changes of the clock, in America/New_York
select date_trunc('hour', t) a, date_trunc('day', t) b, date_trunc('minute', t) c from (select timestamp_seconds(s) t from values (1710053700), (1710054900), (1730609100), (1730612700), (1730616300), (1711846500), (1729990500), (1729994100) as v(s))
--- date_trunc around changes of the clock, in +05:30
select date_trunc('hour', t) a, date_trunc('day', t) b, date_trunc('minute', t) c from (select timestamp_seconds(s) t from values (1710053700), (1710054900), (1730609100), (1730612700), (1730616300), (1711846500), (1729990500), (1729994100) as v(s))
--- dates of timestamps, in Asia/Shanghai
select date_add(ts, 1) a, date_sub(ts, 1) b, add_months(ts, 1) c, last_day(ts) d, next_day(ts, 'MON') e, datediff(ts, d) f, months_between(ts, d) g, to_date(ts) h, trunc(ts, 'WEEK') i from times order by id
--- dates of timestamps, in America/New_York
select date_add(ts, 1) a, date_sub(ts, 1) b, add_months(ts, 1) c, last_day(ts) d, next_day(ts, 'MON') e, datediff(ts, d) f, months_between(ts, d) g, to_date(ts) h, trunc(ts, 'WEEK') i from times order by id
--- dates of timestamps, in +05:30
select date_add(ts, 1) a, date_sub(ts, 1) b, add_months(ts, 1) c, last_day(ts) d, next_day(ts, 'MON') e, datediff(ts, d) f, months_between(ts, d) g, to_date(ts) h, trunc(ts, 'WEEK') i from times order by id
--- intervals, in Asia/Shanghai
select t + interval 1 day a, t + interval 24 hours b, t - interval 1 month c, t + interval 30 minutes d, t + interval '1 12' day to hour e, t - interval 25 hours f, date'2024-03-10' + interval 3 hours g, t + interval 1 week h from (select timestamp_seconds(s) t from values (1709968500), (1710053700), (1730522700), (1730609100), (1730612700) as v(s))
--- intervals, in America/New_York
select t + interval 1 day a, t + interval 24 hours b, t - interval 1 month c, t + interval 30 minutes d, t + interval '1 12' day to hour e, t - interval 25 hours f, date'2024-03-10' + interval 3 hours g, t + interval 1 week h from (select timestamp_seconds(s) t from values (1709968500), (1710053700), (1730522700), (1730609100), (1730612700) as v(s))
--- intervals, in +05:30
select t + interval 1 day a, t + interval 24 hours b, t - interval 1 month c, t + interval 30 minutes d, t + interval '1 12' day to hour e, t - interval 25 hours f, date'2024-03-10' + interval 3 hours g, t + interval 1 week h from (select timestamp_seconds(s) t from values (1709968500), (1710053700), (1730522700), (1730609100), (1730612700) as v(s))
--- differences, in Asia/Shanghai
select timestampdiff(hour, a, b) h, timestampdiff(day, a, b) d, timestampdiff(minute, a, b) m, datediff(b, a) dd, months_between(b, a) mb, unix_timestamp(b) - unix_timestamp(a) s, b - a > interval 23 hours longer from values (timestamp'2024-03-09 12:00:00', timestamp'2024-03-10 12:00:00'), (timestamp'2024-11-02 12:00:00', timestamp'2024-11-03 12:00:00'), (timestamp'2024-01-31 23:00:00', timestamp'2024-02-29 22:00:00') as v(a, b)
--- differences, in America/New_York
select timestampdiff(hour, a, b) h, timestampdiff(day, a, b) d, timestampdiff(minute, a, b) m, datediff(b, a) dd, months_between(b, a) mb, unix_timestamp(b) - unix_timestamp(a) s, b - a > interval 23 hours longer from values (timestamp'2024-03-09 12:00:00', timestamp'2024-03-10 12:00:00'), (timestamp'2024-11-02 12:00:00', timestamp'2024-11-03 12:00:00'), (timestamp'2024-01-31 23:00:00', timestamp'2024-02-29 22:00:00') as v(a, b)
--- differences, in +05:30
select timestampdiff(hour, a, b) h, timestampdiff(day, a, b) d, timestampdiff(minute, a, b) m, datediff(b, a) dd, months_between(b, a) mb, unix_timestamp(b) - unix_timestamp(a) s, b - a > interval 23 hours longer from values (timestamp'2024-03-09 12:00:00', timestamp'2024-03-10 12:00:00'), (timestamp'2024-11-02 12:00:00', timestamp'2024-11-03 12:00:00'), (timestamp'2024-01-31 23:00:00', timestamp'2024-02-29 22:00:00') as v(a, b)
--- timestampadd, in Asia/Shanghai
select timestampadd(day, 1, t) a, timestampadd(hour, 24, t) b, timestampadd(hour, 1, t) c, timestampadd(month, 8, t) d, timestampadd(minute, -90, t) e, dateadd(week, 1, t) f, timestampadd(year, 1, t) g from values (timestamp'2024-03-09 02:30:00'), (timestamp'2024-03-10 01:59:59'), (timestamp'2024-11-02 01:30:00') as v(t)
--- timestampadd, in America/New_York
select timestampadd(day, 1, t) a, timestampadd(hour, 24, t) b, timestampadd(hour, 1, t) c, timestampadd(month, 8, t) d, timestampadd(minute, -90, t) e, dateadd(week, 1, t) f, timestampadd(year, 1, t) g from values (timestamp'2024-03-09 02:30:00'), (timestamp'2024-03-10 01:59:59'), (timestamp'2024-11-02 01:30:00') as v(t)
--- timestampadd, in +05:30
select timestampadd(day, 1, t) a, timestampadd(hour, 24, t) b, timestampadd(hour, 1, t) c, timestampadd(month, 8, t) d, timestampadd(minute, -90, t) e, dateadd(week, 1, t) f, timestampadd(year, 1, t) g from values (timestamp'2024-03-09 02:30:00'), (timestamp'2024-03-10 01:59:59'), (timestamp'2024-11-02 01:30:00') as v(t)
--- make_timestamp, in Asia/Shanghai
select make_timestamp(2024, 3, 10, 2, 30, 0) a, make_timestamp(2024, 7, 1, 12, 0, 1.5) b, make_timestamp(2024, 7, 1, 12, 0, 0, 'Asia/Tokyo') c, make_timestamp(2024, 13, 1, 0, 0, 0) d, make_timestamp(2024, 7, 1, 12, 0, 0, '+02:00') e
--- make_timestamp, in America/New_York
select make_timestamp(2024, 3, 10, 2, 30, 0) a, make_timestamp(2024, 7, 1, 12, 0, 1.5) b, make_timestamp(2024, 7, 1, 12, 0, 0, 'Asia/Tokyo') c, make_timestamp(2024, 13, 1, 0, 0, 0) d, make_timestamp(2024, 7, 1, 12, 0, 0, '+02:00') e
--- make_timestamp, in +05:30
select make_timestamp(2024, 3, 10, 2, 30, 0) a, make_timestamp(2024, 7, 1, 12, 0, 1.5) b, make_timestamp(2024, 7, 1, 12, 0, 0, 'Asia/Tokyo') c, make_timestamp(2024, 13, 1, 0, 0, 0) d, make_timestamp(2024, 7, 1, 12, 0, 0, '+02:00') e
--- to and from UTC, in Asia/Shanghai
select from_utc_timestamp('2024-07-01 12:00:00', 'Asia/Shanghai') a, to_utc_timestamp('2024-11-03 01:30:00', 'America/New_York') b, to_utc_timestamp(timestamp'2024-03-10 02:30:00', 'America/New_York') c, from_utc_timestamp(timestamp'2024-07-01 12:00:00', '+05:30') d, current_timezone() z
--- to and from UTC, in America/New_York
select from_utc_timestamp('2024-07-01 12:00:00', 'Asia/Shanghai') a, to_utc_timestamp('2024-11-03 01:30:00', 'America/New_York') b, to_utc_timestamp(timestamp'2024-03-10 02:30:00', 'America/New_York') c, from_utc_timestamp(timestamp'2024-07-01 12:00:00', '+05:30') d, current_timezone() z
--- to and from UTC, in +05:30
select from_utc_timestamp('2024-07-01 12:00:00', 'Asia/Shanghai') a, to_utc_timestamp('2024-11-03 01:30:00', 'America/New_York') b, to_utc_timestamp(timestamp'2024-03-10 02:30:00', 'America/New_York') c, from_utc_timestamp(timestamp'2024-07-01 12:00:00', '+05:30') d, current_timezone() z
--- literals, in Asia/Shanghai
select timestamp'2024-07-01 12:00:00' a, timestamp'2024-07-01 12:00:00Z' b, timestamp'2024-03-10 02:30:00' = timestamp'2024-03-10 03:30:00' c, date'2024-07-01' d, timestamp'2024-07-01' e, cast(timestamp'2024-07-01 12:00:00+00:00' as string) f, '2024-07-01 12:00:00' = timestamp'2024-07-01 12:00:00' g
--- literals, in America/New_York
select timestamp'2024-07-01 12:00:00' a, timestamp'2024-07-01 12:00:00Z' b, timestamp'2024-03-10 02:30:00' = timestamp'2024-03-10 03:30:00' c, date'2024-07-01' d, timestamp'2024-07-01' e, cast(timestamp'2024-07-01 12:00:00+00:00' as string) f, '2024-07-01 12:00:00' = timestamp'2024-07-01 12:00:00' g
--- literals, in +05:30
select timestamp'2024-07-01 12:00:00' a, timestamp'2024-07-01 12:00:00Z' b, timestamp'2024-03-10 02:30:00' = timestamp'2024-03-10 03:30:00' c, date'2024-07-01' d, timestamp'2024-07-01' e, cast(timestamp'2024-07-01 12:00:00+00:00' as string) f, '2024-07-01 12:00:00' = timestamp'2024-07-01 12:00:00' g
--- json, in Asia/Shanghai
select to_json(named_struct('t', ts, 'd', d)) a, from_json('{"t":"2024-07-01 12:00:00","u":"2024-07-01T12:00:00Z"}', 't timestamp, u timestamp') b from times order by id
--- json, in America/New_York
select to_json(named_struct('t', ts, 'd', d)) a, from_json('{"t":"2024-07-01 12:00:00","u":"2024-07-01T12:00:00Z"}', 't timestamp, u timestamp') b from times order by id
--- json, in +05:30
select to_json(named_struct('t', ts, 'd', d)) a, from_json('{"t":"2024-07-01 12:00:00","u":"2024-07-01T12:00:00Z"}', 't timestamp, u timestamp') b from times order by id
--- extract, in Asia/Shanghai
select extract(hour from ts) a, extract(second from ts) b, date_part('week', ts) c, extract(dow from ts) d, extract(yearofweek from ts) e, dayname(ts) f, monthname(ts) g from times order by id
--- extract, in America/New_York
select extract(hour from ts) a, extract(second from ts) b, date_part('week', ts) c, extract(dow from ts) d, extract(yearofweek from ts) e, dayname(ts) f, monthname(ts) g from times order by id
--- extract, in +05:30
select extract(hour from ts) a, extract(second from ts) b, date_part('week', ts) c, extract(dow from ts) d, extract(yearofweek from ts) e, dayname(ts) f, monthname(ts) g from times order by id
--- groups by day, in Asia/Shanghai, unordered
select to_date(sold_at) day, count(*) n, min(sold_at) a, max(hour(sold_at)) h from sales group by to_date(sold_at)
--- groups by day, in America/New_York, unordered
select to_date(sold_at) day, count(*) n, min(sold_at) a, max(hour(sold_at)) h from sales group by to_date(sold_at)
--- groups by day, in +05:30, unordered
select to_date(sold_at) day, count(*) n, min(sold_at) a, max(hour(sold_at)) h from sales group by to_date(sold_at)
--- window over days, in Asia/Shanghai
select id, sum(amount) over (partition by to_date(sold_at) order by sold_at) s, row_number() over (partition by month(sold_at) order by sold_at, id) r, sum(amount) over (order by sold_at range between interval 12 hours preceding and current row) w from sales order by id
--- window over days, in America/New_York
select id, sum(amount) over (partition by to_date(sold_at) order by sold_at) s, row_number() over (partition by month(sold_at) order by sold_at, id) r, sum(amount) over (order by sold_at range between interval 12 hours preceding and current row) w from sales order by id
--- window over days, in +05:30
select id, sum(amount) over (partition by to_date(sold_at) order by sold_at) s, row_number() over (partition by month(sold_at) order by sold_at, id) r, sum(amount) over (order by sold_at range between interval 12 hours preceding and current row) w from sales order by id
--- window of time, in Asia/Shanghai, unordered
select window.start s, window.end e, count(*) n from sales group by window(sold_at, '1 day')
--- window of time, in America/New_York, unordered
select window.start s, window.end e, count(*) n from sales group by window(sold_at, '1 day')
--- window of time, in +05:30, unordered
select window.start s, window.end e, count(*) n from sales group by window(sold_at, '1 day')
--- in arrays and structs, in Asia/Shanghai
select array(ts, cast('2024-01-01 00:00:00' as timestamp)) a, named_struct('t', ts) s, cast(array(ts) as string) x, map(ts, d) m, array_max(array(ts, cast(d as timestamp))) z from times where ts is not null order by id
--- in arrays and structs, in America/New_York
select array(ts, cast('2024-01-01 00:00:00' as timestamp)) a, named_struct('t', ts) s, cast(array(ts) as string) x, map(ts, d) m, array_max(array(ts, cast(d as timestamp))) z from times where ts is not null order by id
--- in arrays and structs, in +05:30
select array(ts, cast('2024-01-01 00:00:00' as timestamp)) a, named_struct('t', ts) s, cast(array(ts) as string) x, map(ts, d) m, array_max(array(ts, cast(d as timestamp))) z from times where ts is not null order by id
--- sequence, in Asia/Shanghai
select sequence(timestamp'2024-03-09 12:00:00', timestamp'2024-03-12 12:00:00', interval 1 day) a, sequence(timestamp'2024-11-03 00:30:00', timestamp'2024-11-03 03:30:00', interval 1 hour) b, sequence(date'2024-01-31', date'2024-05-01', interval 1 month) c
--- sequence, in America/New_York
select sequence(timestamp'2024-03-09 12:00:00', timestamp'2024-03-12 12:00:00', interval 1 day) a, sequence(timestamp'2024-11-03 00:30:00', timestamp'2024-11-03 03:30:00', interval 1 hour) b, sequence(date'2024-01-31', date'2024-05-01', interval 1 month) c
--- sequence, in +05:30
select sequence(timestamp'2024-03-09 12:00:00', timestamp'2024-03-12 12:00:00', interval 1 day) a, sequence(timestamp'2024-11-03 00:30:00', timestamp'2024-11-03 03:30:00', interval 1 hour) b, sequence(date'2024-01-31', date'2024-05-01', interval 1 month) c
--- numbers and timestamps, in Asia/Shanghai
select cast(0 as timestamp) a, cast(1720000000.5 as timestamp) b, cast(cast('1969-12-31 23:59:59.5' as timestamp) as double) c, cast(ts as double) d, cast(ts as decimal(20,6)) e from times order by id
--- numbers and timestamps, in America/New_York
select cast(0 as timestamp) a, cast(1720000000.5 as timestamp) b, cast(cast('1969-12-31 23:59:59.5' as timestamp) as double) c, cast(ts as double) d, cast(ts as decimal(20,6)) e from times order by id
--- numbers and timestamps, in +05:30
select cast(0 as timestamp) a, cast(1720000000.5 as timestamp) b, cast(cast('1969-12-31 23:59:59.5' as timestamp) as double) c, cast(ts as double) d, cast(ts as decimal(20,6)) e from times order by id
--- casts of partial texts, in Asia/Shanghai
select cast('2024' as timestamp) a, cast('2024-07' as timestamp) b, cast('2024-07-01T' as timestamp) c, cast(' 2024-07-01 05 ' as timestamp) d, cast('2024-07-01 05:06' as timestamp) e, cast('2024-07-01 05:06:07.123456789' as timestamp) f, cast('2024-07-01 05:06:07 UTC+3' as timestamp) g, cast('2024-07-01 05:06:07GMT' as timestamp) h, cast('nonsense' as timestamp) i
--- casts of partial texts, in America/New_York
select cast('2024' as timestamp) a, cast('2024-07' as timestamp) b, cast('2024-07-01T' as timestamp) c, cast(' 2024-07-01 05 ' as timestamp) d, cast('2024-07-01 05:06' as timestamp) e, cast('2024-07-01 05:06:07.123456789' as timestamp) f, cast('2024-07-01 05:06:07 UTC+3' as timestamp) g, cast('2024-07-01 05:06:07GMT' as timestamp) h, cast('nonsense' as timestamp) i
--- casts of partial texts, in +05:30
select cast('2024' as timestamp) a, cast('2024-07' as timestamp) b, cast('2024-07-01T' as timestamp) c, cast(' 2024-07-01 05 ' as timestamp) d, cast('2024-07-01 05:06' as timestamp) e, cast('2024-07-01 05:06:07.123456789' as timestamp) f, cast('2024-07-01 05:06:07 UTC+3' as timestamp) g, cast('2024-07-01 05:06:07GMT' as timestamp) h, cast('nonsense' as timestamp) i
--- grouping and ordering of timestamps, in Asia/Shanghai
select ts, count(*) over (order by ts) n, lag(ts) over (order by ts) p, coalesce(ts, timestamp'2000-01-01 00:00:00') c, greatest(ts, timestamp'2024-01-01 00:00:00') g, case when ts > '2024-01-01' then 'new' else 'old' end k from times order by ts, id
--- grouping and ordering of timestamps, in America/New_York
select ts, count(*) over (order by ts) n, lag(ts) over (order by ts) p, coalesce(ts, timestamp'2000-01-01 00:00:00') c, greatest(ts, timestamp'2024-01-01 00:00:00') g, case when ts > '2024-01-01' then 'new' else 'old' end k from times order by ts, id
--- grouping and ordering of timestamps, in +05:30
select ts, count(*) over (order by ts) n, lag(ts) over (order by ts) p, coalesce(ts, timestamp'2000-01-01 00:00:00') c, greatest(ts, timestamp'2024-01-01 00:00:00') g, case when ts > '2024-01-01' then 'new' else 'old' end k from times order by ts, id
--- concat and text functions, in Asia/Shanghai
select concat(ts, '|', d) a, substr(ts, 1, 13) b, length(cast(ts as string)) c, ts like '%:00' e, upper(ts) f from times order by id
--- concat and text functions, in America/New_York
select concat(ts, '|', d) a, substr(ts, 1, 13) b, length(cast(ts as string)) c, ts like '%:00' e, upper(ts) f from times order by id
--- concat and text functions, in +05:30
select concat(ts, '|', d) a, substr(ts, 1, 13) b, length(cast(ts as string)) c, ts like '%:00' e, upper(ts) f from times order by id
--- text to timestamp, in Europe/Berlin
select cast(x as timestamp) t, cast(cast(x as timestamp) as string) s, cast(cast(x as timestamp) as bigint) n from values ('2024-03-10 02:30:00'), ('2024-11-03 01:30:00'), ('2024-11-03 01:30:00-05:00'), ('2024-11-03T01:30:00Z'), ('2024-07-01'), ('2024-07-01 24:00:00'), ('1900-01-01 00:00:00'), ('2024-07-01 12:00 Europe/Berlin'), ('2024-7-1 5:6:7.5'), (null), ('1986-05-04 02:15:00') as v(x)
--- date_trunc around changes of the clock, in Europe/Berlin
select date_trunc('hour', t) a, date_trunc('day', t) b, date_trunc('minute', t) c from (select timestamp_seconds(s) t from values (1710053700), (1710054900), (1730609100), (1730612700), (1730616300), (1711846500), (1729990500), (1729994100) as v(s))
--- intervals, in Europe/Berlin
select t + interval 1 day a, t + interval 24 hours b, t - interval 1 month c, t + interval 30 minutes d, t + interval '1 12' day to hour e, t - interval 25 hours f, date'2024-03-10' + interval 3 hours g, t + interval 1 week h from (select timestamp_seconds(s) t from values (1709968500), (1710053700), (1730522700), (1730609100), (1730612700) as v(s))
--- timestamps to text, date, fields, in Europe/Berlin
select id, cast(ts as string) s, cast(ts as date) d, hour(ts) h, minute(ts) mi, second(ts) sec, day(ts) dd, year(ts) y, weekday(ts) w, dayofyear(ts) n, weekofyear(ts) k, cast(ts as bigint) u from times order by id
--- half an hour of daylight saving, in Australia/Lord_Howe
select cast(x as timestamp) t, cast(cast(x as timestamp) as bigint) n, date_trunc('hour', cast(x as timestamp)) h from values ('2024-04-07 01:45:00'), ('2024-10-06 02:15:00'), ('2024-10-06 01:45:00') as v(x)
--- a zone that is spelled otherwise, in UTC+8
select cast('2024-01-01 00:00:00' as timestamp) t, cast(cast('2024-01-01 00:00:00' as timestamp) as bigint) n, cast(timestamp'2024-01-01 00:00:00Z' as string) s
--- frames of days, in America/New_York
select id, count(*) over (order by sold_at range between interval 1 day preceding and current row) n from sales where sold_at is not null order by id
