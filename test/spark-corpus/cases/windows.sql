--- row_number rank dense_rank
select id, age, row_number() over (order by age, id) rn, rank() over (order by age) rk, dense_rank() over (order by age) dr from people order by rn
--- rank with nulls first
select id, rank() over (order by age desc) r from people order by r, id
--- percent_rank and cume_dist
select id, percent_rank() over (order by age) p, cume_dist() over (order by age) c from people order by id
--- ntile
select id, ntile(3) over (order by id) n from people order by id
--- partitioned
select id, product, row_number() over (partition by product order by price desc, id) rn from sales order by product, rn
--- lag and lead
select id, lag(age) over (order by id) a, lead(age, 2) over (order by id) b, lag(age, 1, -1) over (order by id) c, lead(id, 1, 0L) over (order by id) d from people order by id
--- lag ignoring nulls
select id, lag(age) ignore nulls over (order by id) a, lead(age, 1) ignore nulls over (order by id) b from people order by id
--- running sum uses a range frame
select id, age, sum(age) over (order by age) s, count(*) over (order by age) n from people order by age, id
--- running sum by rows
select id, sum(id) over (order by id rows between unbounded preceding and current row) s, sum(id) over (order by id rows between 1 preceding and 1 following) m from people order by id
--- sum over all
select id, sum(age) over () s, avg(age) over (partition by city) a, max(height) over (partition by active) m from people order by id
--- range between values
select id, sum(id) over (order by id range between 2 preceding and current row) s from people order by id
--- range between dates
select id, count(*) over (order by d range between interval 400 days preceding and current row) n from times order by id
--- first and last value
select id, first_value(age) over (order by id) f, last_value(age) over (order by id) l, last_value(age) over (order by id rows between unbounded preceding and unbounded following) u from people order by id
--- first and last ignoring nulls
select id, first(age, true) over (order by id rows between current row and unbounded following) f, last(age) ignore nulls over (order by id) l from people order by id
--- nth_value
select id, nth_value(name, 2) over (order by id) n from people order by id
--- named window
select id, sum(id) over w s, rank() over w r from people window w as (partition by city order by id) order by id
--- window over an aggregate
select city, count(*) n, sum(count(*)) over () total, rank() over (order by count(*) desc) r from people group by city order by city
--- share of total
select product, sum(quantity) q, round(sum(quantity) / sum(sum(quantity)) over (), 4) share from sales group by product order by product
--- top one per group
select * from (select id, city, age, row_number() over (partition by city order by age desc, id) rn from people) where rn = 1 order by city
--- qualify
select id, city from people qualify row_number() over (partition by city order by id) = 1 order by id
--- null ordering in windows
select id, row_number() over (order by city nulls last, id) a, row_number() over (order by city desc nulls first, id) b from people order by id
--- NaN in windows
select id, rank() over (order by height desc) r from people order by r, id
--- difference to the previous
select id, amount - lag(amount) over (partition by product order by id) d from sales order by id
--- collect_list over a window
select id, collect_list(product) over (order by id rows between 1 preceding and current row) l from sales order by id
--- count distinct over a window is refused
select count(distinct city) over () c from people
--- window types
select typeof(row_number() over (order by id)) a, typeof(ntile(2) over (order by id)) b, typeof(percent_rank() over (order by id)) c, typeof(sum(age) over ()) d, typeof(count(*) over ()) e from people limit 1
--- stddev over a window
select id, stddev(id) over (order by id) s, round(avg(id) over (order by id desc), 3) a from people order by id
--- moving average with nulls
select id, avg(age) over (order by id rows 2 preceding) a from people order by id
--- min over following
select id, min(age) over (order by id rows between 1 following and 2 following) m from people order by id
--- window without order
select id, count(*) over (partition by age) n from people order by id
