--- explode
select explode(array(1,2,3))
--- explode column drops empty and null
select id, explode(tags) t from nested order by id, t
--- explode_outer keeps them
select id, explode_outer(tags) t from nested order by id, t
--- posexplode
select posexplode(array('x','y'))
--- posexplode with names
select id, posexplode(nums) as (p, n) from nested order by id, p
--- posexplode_outer
select id, posexplode_outer(nums) as (p, n) from nested order by id, p
--- explode a map
select explode(map('a',1,'b',2))
--- explode a map with names
select id, explode(props) as (k, v) from nested order by id, k
--- explode_outer a map
select id, explode_outer(props) as (k, v) from nested order by id, k
--- inline
select inline(array(struct(1,'a'), struct(2,'b')))
--- inline with names
select id, inline(items) as (s, q) from nested order by id, q
--- inline_outer
select id, inline_outer(items) from nested order by id, qty
--- stack
select stack(2, 1, 'a', 2, 'b')
--- stack with names and padding
select stack(2, 'x', 1, 'y') as (k, v)
--- lateral view
select id, t from nested lateral view explode(tags) x as t order by id, t
--- lateral view outer
select id, t from nested lateral view outer explode(tags) x as t order by id, t
--- two lateral views
select id, t, n from nested lateral view explode(tags) a as t lateral view explode(nums) b as n where id = 1 order by t, n
--- lateral view posexplode
select id, p, t from nested lateral view posexplode(tags) x as p, t order by id, p
--- lateral view of split
select id, word from texts lateral view explode(split(s, '[ ,_%]+')) w as word where id in (12, 13) order by id, word
--- lateral view default names
select id, col from nested lateral view explode(nums) x order by id, col
--- lateral view inline
select id, q.sku, q.qty from nested lateral view inline(items) q order by id, qty
--- lateral view then group
select t, count(*) n from nested lateral view explode(tags) x as t group by t order by t
--- lateral view stack unpivots
select id, k, v from people lateral view stack(2, 'age', age, 'id2', cast(id as int)) s as k, v where id <= 2 order by id, k
--- explode in a subquery
select w, count(*) c from (select explode(split('a b a c', ' ')) w) group by w order by w
--- explode of a sequence
select explode(sequence(1, 3)) n
--- explode null
select explode(cast(null as array<int>)) a
--- table function explode
select * from explode(array(7,8))
--- lateral subquery
select n.id, x.col from nested n, lateral explode(n.nums) x order by 1, 2
--- json_tuple
select json_tuple('{"a":1,"b":"x"}', 'a', 'b', 'c')
--- lateral view json_tuple
select id, a, b from (select 1 id, '{"a":1,"b":{"c":2}}' j) lateral view json_tuple(j, 'a', 'b') t as a, b
--- explode twice nested
select id, explode(m) v from (select id, explode(matrix) m from nested) order by id, v
--- posexplode arithmetic
select id, p + 1 nr, t from (select id, posexplode(tags) as (p, t) from nested) where t is not null order by id, nr
