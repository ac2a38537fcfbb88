--- count forms
select count(*) a, count(1) b, count(age) c, count(distinct age) d, count(distinct age, city) e, count(age, city) f from people
--- sum and avg types
select sum(age) a, avg(age) b, sum(id) c, avg(id) d, sum(height) e, typeof(sum(age)) f, typeof(avg(age)) g from people where id <> 3
--- sum of small types
select typeof(sum(t)) a, typeof(sum(f)) b, typeof(sum(dec)) c, typeof(avg(dec)) d, typeof(avg(t)) e, typeof(max(t)) f from numbers
--- sum with NaN and infinity
select sum(d) a, avg(d) b, max(d) c, min(d) d from numbers
--- bigint sum wraps
select sum(l) a from (values (9223372036854775807), (1)) t(l)
--- empty input
select count(*) a, sum(age) b, avg(age) c, max(name) d, collect_list(age) e, stddev(age) f, min(joined) g from people where false
--- empty input grouped
select city, count(*) from people where false group by city
--- group by with nulls
select city, count(*) n, sum(age) s from people group by city order by city
--- group by ordinal and alias
select upper(city) c, count(*) n from people group by 1 order by 1
--- group by alias
select age % 10 as k, count(*) n from people group by k order by k
--- group by all
select city, active, count(*) n from people group by all order by city, active
--- having
select city, count(*) n from people group by city having count(*) > 1 order by city
--- having by alias
select city, max(age) m from people group by city having m > 40 order by city
--- having without group
select count(*) n from people having count(*) > 100
--- rollup
select city, active, count(*) n from people group by rollup(city, active) order by city, active, n
--- cube
select product, region, sum(quantity) q from sales group by cube(product, region) order by product, region, q
--- grouping sets
select product, region, count(*) n from sales group by grouping sets ((product), (region), ()) order by product, region, n
--- grouping functions
select city, grouping(city) g, grouping_id() gid, count(*) n from people group by city with rollup order by g, city
--- grouping_id of two
select product, region, grouping_id(product, region) g, sum(price) p from sales group by rollup(product, region) order by g, product, region
--- stddev and variance
select stddev(age) a, stddev_samp(age) b, stddev_pop(age) c, variance(age) d, var_pop(age) e, std(age) f, var_samp(age) g from people
--- stddev of one row
select stddev(x) a, variance(x) b, stddev_pop(x) c, var_pop(x) d from values (5) t(x)
--- skewness and kurtosis
select round(skewness(age), 10) a, round(kurtosis(age), 10) b, skewness(x) c, kurtosis(x) d from people cross join (select 1 x)
--- corr and covar
select round(corr(age, cast(score as double)), 12) a, covar_samp(age, cast(score as double)) b, covar_pop(age, cast(score as double)) c from people
--- regressions
select regr_count(quantity, amount) a, round(regr_slope(quantity, amount), 10) b, round(regr_r2(quantity, amount), 10) c from sales where not isnan(amount)
--- collect_list skips nulls
select collect_list(age) a, sort_array(collect_set(age)) b, size(collect_list(name)) c from people
--- collect_list by group
select city, sort_array(collect_list(name)) n, sort_array(collect_set(age)) a from people group by city order by city
--- collect_list of structs
select product, sort_array(collect_list(struct(id, quantity))) l from sales group by product order by product
--- array_agg
select sort_array(array_agg(age)) a from people
--- percentile
select percentile(age, 0.5) a, percentile(age, array(0.25, 0.75)) b, percentile(age, 0.3) c, median(age) d from people
--- percentile of doubles
select percentile(x, 0.5) a, median(x) b, percentile_cont(0.25) within group (order by x) c, percentile_disc(0.25) within group (order by x) d from values (1.0D), (2.0D), (10.0D), (20.0D) t(x)
--- percentile_approx returns an element
select percentile_approx(age, 0.5) a, approx_percentile(age, array(0.25, 0.5)) b, percentile_approx(age, 0.5, 100) c, typeof(percentile_approx(age, 0.5)) d from people
--- percentile_approx even count
select percentile_approx(x, 0.5) a, percentile(x, 0.5) b from values (1), (2), (3), (4) t(x)
--- mode
select mode(age) a, mode(product) b from people cross join (select 'x' product)
--- max_by and min_by
select max_by(name, age) a, min_by(name, age) b, max_by(name, height) c from people where id not in (3)
--- max_by with null value
select max_by(name, id) a from people where id in (5, 6)
--- count_if
select count_if(age > 30) a, count_if(null) b, count(case when active then 1 end) c, sum(if(active, 1, 0)) d from people
--- boolean aggregates
select bool_and(active) a, bool_or(active) b, every(active) c, any(active) d, some(active) e from people
--- max of boolean and strings
select max(active) a, min(active) b, max(name) c, min(city) d from people
--- bit aggregates
select bit_and(x) a, bit_or(x) b, bit_xor(x) c from values (5), (3), (6) t(x)
--- approx_count_distinct
select approx_count_distinct(age) a, approx_count_distinct(city) b from people
--- any_value and first
select first(x) a, last(x) b, any_value(x) c, first(x, true) d, first_value(x) ignore nulls e from (select x from values (1, null), (2, 5), (3, 7) t(i, x) order by i)
--- filter clause
select count(*) filter (where age > 30) a, sum(age) filter (where active) b, avg(age) filter (where false) c from people
--- sum distinct
select sum(distinct age) a, avg(distinct age) b, count(distinct null) c, max(distinct age) d from people
--- try_sum and try_avg
select try_sum(age) a, try_avg(age) b from people
--- aggregate of an expression
select city, round(avg(height), 2) h, max(age) - min(age) r, concat('n=', count(*)) c from people where not isnan(height) or height is null group by city order by city
--- group by expression and constant
select length(product) n, 'k' k, count(*) c from sales group by length(product) order by n
--- group by case
select case when age > 30 then 'old' else 'young' end g, count(*) n from people group by case when age > 30 then 'old' else 'young' end order by g
--- order by an aggregate
select product, sum(quantity) q from sales group by product order by sum(quantity) desc, product
--- order by an aggregate not selected
select product from sales group by product order by count(*) desc, product
--- NaN groups are one
select amount, count(*) n from sales group by amount order by amount
--- negative zero groups with zero
select x, count(*) n from (values (0.0D), (-0.0D), (double('NaN')), (double('NaN'))) t(x) group by x order by x
--- distinct rows
select distinct city from people order by city
--- distinct on several columns
select distinct age, active from people order by age, active
--- histogram and count_min are not needed but product is
select round(exp(sum(ln(x))), 6) p from values (2D), (3D), (4D) t(x)
--- avg of integers is double
select avg(x) a, avg(x) = 1.5 b, sum(x) / count(x) c, typeof(sum(x) / count(x)) d from values (1), (2) t(x)
--- sum of booleans is refused
select sum(active) a from people
--- aggregates of dates
select max(d) a, min(ts) b, count(distinct year(d)) c from times
--- max of structs
select max(struct(age, name)) a, max(struct(age, name)).name b from people
--- first in a group after ordering
select city, first(name) f, last(id) l from (select * from people order by id) group by city order by city
--- nested aggregate in expressions
select sum(quantity * price) a, sum(quantity) * 2 b, round(sum(amount) / sum(quantity), 3) c from sales where not isnan(amount)
--- pivot
select * from (select region, product, quantity from sales) pivot (sum(quantity) for product in ('pen', 'book', 'lamp')) order by region
--- pivot with aliases
select * from (select region, product, quantity, price from sales) pivot (sum(quantity) as q, max(price) as p for product in ('pen' as pen, 'book' as book)) order by region
--- pivot count
select * from (select city, active from people) pivot (count(*) for active in (true as yes, false as no)) order by city
--- unpivot
select * from (select id, age, cast(id * 10 as int) as ten from people) unpivot (val for name in (age, ten)) order by id, name
--- unpivot include nulls
select * from (select id, age, cast(id as int) other from people where id < 3) unpivot include nulls (v for k in (age as a, other as o)) order by id, k
--- correlation of constants
select corr(a, b) c, regr_slope(a, b) s, regr_intercept(a, b) i, regr_r2(a, b) r, covar_samp(a, b) v, corr(b, a) d, regr_slope(b, a) t, regr_r2(b, a) q from values (1D, 2D), (3D, 2D) t(a, b)
--- correlation of one pair
select corr(a, b) c, regr_slope(a, b) s, regr_r2(a, b) r, covar_samp(a, b) v, covar_pop(a, b) p from values (1D, 2D) t(a, b)
