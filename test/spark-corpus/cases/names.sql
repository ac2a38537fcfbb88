--- arithmetic names
select 1 + 1, 2 * 3 - 1, 5 / 2, -1, 7 % 3, 5 div 2
--- literal names
select 1, 'a', 1.5, true, null, 1L, 1e3, 2.5D
--- column arithmetic names
select id + 1, id * 2 + age, -id from people where id = 1
--- function names
select upper('a'), length('abc'), abs(-1), concat('a', 'b'), coalesce(null, 1)
--- aggregate names
select count(*), count(1), sum(age), avg(age), count(distinct city), max(name) from people
--- cast names
select cast(1 as string), cast('1' as int), int('3'), '5'::int
--- comparison names
select 1 = 1, 1 == 2, 1 <> 2, 1 != 2, 1 < 2, not true, 1 is null, 1 in (1, 2), 2 between 1 and 3
--- logic names
select true and false, true or false, 1 <=> 1, 'a' like 'b', 'a' || 'b'
--- case and if names
select case when 1 = 1 then 'a' else 'b' end, if(true, 1, 2), case 1 when 1 then 2 end
--- access names
select array(1,2)[0], map('k','v')['k'], named_struct('a', 1).a, element_at(array(1), 1)
--- column access names
select tags[0], props['k'], addr.zip, addr.geo.lat, nums[0] + 1 from nested where id = 1
--- function case
select UPPER('a'), Count(*), SUM(1), Max(1) from people
--- window names
select id, row_number() over (order by id), sum(age) over (partition by city order by id) from people order by id limit 1
--- date names
select date'2024-01-01', year(date'2024-01-01'), to_date('2024-01-01'), date_add('2024-01-01', 1)
--- subquery name
select (select 1), exists(select 1)
--- lambda name
select transform(array(1), x -> x + 1)
--- struct names
select struct(1, 2), named_struct('a', 1), array(1, 2), map('a', 1)
--- double and decimal names
select 1.0D + 1, 1.50 * 2, round(2.5), sqrt(4)
--- string function names
select substring('abc', 1, 2), trim(' a '), lpad('a', 3, 'x'), split('a b', ' '), regexp_replace('a', 'a', 'b')
--- back-quoted names
select 1 as `a b`, 2 as `中文`, 3 as `x.y`, 4 as `select`, 5 as `a``b`
--- reading back-quoted names
select `a b` + 1 as s, `中文`, `x.y` from (select 1 as `a b`, 2 as `中文`, 3 as `x.y`)
--- unquoted chinese alias
select 1 as `年龄`, `年龄` + 1 as b from (select 5 as `年龄`)
--- duplicate names
select 1 a, 2 a
--- case of names is kept
select Id as MyId, AGE from people where id = 1
--- grouped names
select upper(city), count(*) from people group by upper(city) order by 1
--- nested function name
select round(avg(age) * 2, 1), sum(if(age > 30, 1, 0)), count(case when active then 1 end) from people
--- count distinct two names
select count(distinct age, city), sum(distinct age), first(id), collect_list(id)[0] from (select * from people where id = 1)
--- interval and type names
select typeof(1), current_date() is null, date'2024-01-02' - 1
--- alias without as and with as
select 1 one, 2 as two, 3 `three`
--- alias in double quotes is refused
select 1 as "x"
--- nvl and ifnull names
select nvl(null, 1), ifnull(null, 1), nvl2(1, 2, 3), nullif(1, 2)
--- explode names
select explode(map('a', 1)), 1
--- union names
select 1 + 1 union all select 2
--- order by generated name
select count(*) from people group by city order by `count(1)` desc
