--- one-hot of a category
select id, array(if(city = 'Berlin', 1.0D, 0.0D), if(city = 'Paris', 1.0D, 0.0D), if(city is null, 1.0D, 0.0D)) v from people order by id
--- label from a threshold
select id, cast(coalesce(age, 0) > 30 as int) label, array(cast(age as double), height) features from people order by id
--- fill missing with the mean
select id, coalesce(age, avg(age) over ()) a from people order by id
--- min-max scaling
select id, (age - min(age) over ()) / (max(age) over () - min(age) over ()) s from people order by id
--- tokens and counts
select w, count(*) n from (select explode(split(lower(s), '[^a-z0-9]+')) w from texts) where w != '' group by w order by n desc, w
--- train and test split by id
select id, if(id % 5 = 0, 'test', 'train') part from people order by id
--- last purchase of each person
select person, max(sold_at) last, count(*) n, sum(amount) a from sales where person is not null group by person order by person
--- features by join and aggregate
select p.id, coalesce(sum(s.quantity), 0) q, count(s.id) n, max(s.price) m from people p left join sales s on p.id = s.person group by p.id order by p.id
--- pixels from a line of text
select transform(split('0,255,128', ','), x -> cast(x as double) / 255) px
--- text to array of doubles
select id, cast(split('1.5 2 x', ' ') as array<double>) v, size(split(s, ' ')) n from texts where id < 4 order by id
--- day of week features
select id, dayofweek(sold_at) d, hour(sold_at) h, if(dayofweek(sold_at) in (1, 7), 1, 0) weekend from sales order by id
--- buckets of ages
select id, cast(floor(age / 10) * 10 as int) decade, width_bucket(age, 0, 100, 10) b from people order by id
--- clean text
select id, regexp_replace(trim(lower(s)), '\\s+', ' ') c, nullif(trim(s), '') e from texts order by id
--- map of features to text
select id, concat_ws(',', transform(map_keys(props), k -> concat(k, '=', coalesce(props[k], '')))) kv from nested order by id
--- array of structs to map
select id, map_from_arrays(transform(filter(items, i -> i.sku is not null), i -> i.sku), transform(filter(items, i -> i.sku is not null), i -> i.qty)) m from nested order by id
--- dot product
select aggregate(zip_with(array(1D, 2D, 3D), array(4D, 5D, 6D), (x, y) -> x * y), 0D, (a, x) -> a + x) dot
--- euclidean norm
select id, sqrt(aggregate(transform(nums, x -> pow(coalesce(x, 0), 2)), 0D, (a, x) -> a + x)) norm from nested order by id
--- deduplicate by key
select id, person, product from (select *, row_number() over (partition by person, product order by sold_at desc nulls last, id) rn from sales) where rn = 1 order by id
--- sessions by gap
select id, sum(new) over (order by ts) session from (select id, ts, if(ts - lag(ts) over (order by ts) > interval 30 days or lag(ts) over (order by ts) is null, 1, 0) new from times where ts is not null) order by id
--- json lines of features
select to_json(struct(id as label, array(coalesce(age, 0), 1) as features)) line from people order by id
--- ratio with guard
select product, sum(amount) / nullif(sum(quantity), 0) r from sales where not isnan(amount) group by product order by product
--- percent of nulls
select round(100 * sum(case when age is null then 1 else 0 end) / count(*), 2) p, avg(if(city is null, 1, 0)) q from people
--- collected pairs as text
select product, concat_ws(';', sort_array(collect_list(concat(id, ':', quantity)))) l from sales group by product order by product
--- rows numbered from zero
select row_number() over (order by id) - 1 idx, id from people order by idx
--- generated rows
select id, id % 3 label, array(id * 1.0D, sqrt(id)) features from range(5) order by id
--- cross of parameters
select concat('c', c, '-', k) name, c, k from (select explode(array(0.1D, 10D)) c) cross join (select explode(array('rbf', 'linear')) k) order by name
