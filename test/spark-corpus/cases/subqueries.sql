--- scalar subquery
select id, (select max(age) from people) m from people where id < 3 order by id
--- scalar subquery of no rows is null
select (select age from people where id = 99) a
--- in subquery
select id from people where id in (select person from sales where product = 'pen') order by id
--- not in with nulls is empty
select id from people where id not in (select person from sales) order by id
--- not in without nulls
select id from people where id not in (select person from sales where person is not null) order by id
--- exists
select id from people p where exists (select 1 from sales s where s.person = p.id and s.amount > 10) order by id
--- not exists
select id from people p where not exists (select 1 from sales s where s.person = p.id) order by id
--- correlated scalar
select id, (select count(*) from sales s where s.person = p.id) n, (select sum(quantity) from sales s where s.person = p.id) q from people p order by id
--- correlated comparison
select id from people p where age > (select avg(age) from people q where q.city = p.city) order by id
--- subquery in from without alias
select a from (select 1 a) order by a
--- common table expressions
with a as (select id, age from people where age > 20), b as (select avg(age) m from a) select a.id, a.age > b.m g from a cross join b order by a.id
--- nested common table expression
with t as (with u as (select 1 x) select x + 1 y from u) select y from t
--- common table expression shadows a table
with people as (select 42 as id) select id from people
--- common table expression with column names
with t(a, b) as (select 1, 'x') select b, a from t
--- recursive common table expression
with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select n from t order by n
--- union removes duplicates
select 1 a union select 1 union select 2 order by a
--- union all keeps them
select age from people where id < 3 union all select age from people where id < 3 order by age
--- union by position, names of the first
select 1 a, 'x' b union all select 2 c, 'y' d order by a
--- intersect
select city from people intersect select 'Paris' union select null order by 1
--- intersect nulls match
select city from people intersect select cast(null as string)
--- intersect all and except all
select x from values (1), (1), (2) t(x) intersect all select x from values (1), (1), (3) u(x) order by x
--- except
select age from people except select 28 order by age
--- except all
select x from values (1), (1), (2) t(x) except all select 1 order by x
--- minus
select id from people minus select person from sales order by id
--- union of other widths is refused
select 1 union all select 1, 2
--- values
select * from (values (1, 'a'), (2, null))
--- values with names
select * from values (1, 'a'), (2, 'b') as t(n, c) order by n
--- values mixes types
select x, typeof(x) t from values (1), (2.5), (null) as t(x) order by x
--- inline table default names
select col1 + 1 a, col2 from values (1, 'a') order by 1
--- range
select * from range(3)
--- range forms
select id, id * 2 b from range(2, 8, 3) order by id
--- range types
select typeof(id) t, count(*) n from range(10) group by 1
--- lateral column alias
select 1 + 1 as a, a * 2 as b, b + a as c
--- lateral alias over columns
select id, age + 1 as next, next * 2 as dbl from people where id = 1
--- lateral alias yields to a column
select age * 2 as id, id as same from people where id = 1
--- except of columns
select * except (height, joined, active, score) from people where id = 1
--- star with extra columns
select *, id + 1 n from (select id, age from people where id < 3) order by id
--- table alias columns
select t.x from (select 1, 2) t(x, y)
--- where false
select id from people where 1 = 0
--- scalar subquery of many rows is refused
select (select id from people) a
--- in list of structs
select 1 where (1, 'a') in ((1, 'a'), (2, 'b'))
--- subquery with limit
select * from (select id from people order by id desc limit 2) order by id
--- exists in select list
select exists(select 1 from people where id = 1) a, not exists(select 1 from people where id = 100) b
--- in subquery in select list
select id, id in (select person from sales where person is not null) a from people order by id
--- tablesample hundred percent
select count(*) n from people tablesample (100 percent)
--- nested subqueries
select max(n) m from (select product, count(*) n from (select * from sales where region is not null) group by product)
