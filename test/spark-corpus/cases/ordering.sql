--- nulls first ascending
select age from people order by age
--- nulls last descending
select age from people order by age desc
--- explicit nulls order
select city, id from people order by city desc nulls first, id
--- nulls last ascending
select age, id from people order by age asc nulls last, id desc
--- NaN is largest
select d from numbers order by d
--- NaN descending
select d from numbers order by d desc
--- order by ordinal
select name, age from people order by 2 desc, 1
--- order by expression
select id from people order by -id
--- order by alias and hidden column
select id * 2 as k from people order by k desc limit 3
--- order by a column not selected
select name from people order by id desc
--- limit and offset
select id from people order by id limit 2 offset 3
--- offset alone
select id from people order by id offset 5
--- limit zero
select id from people limit 0
--- limit all
select id from people order by id limit all
--- sort by
select id from people sort by id desc
--- order booleans
select active, id from people order by active, id
--- order by case
select id from people order by case when city = 'Paris' then 0 else 1 end, id
--- order by length
select s from texts order by length(s), s
--- order structs and arrays
select id, tags from nested order by tags, id
--- order by alias shadows column
select -id as id from people order by id
--- distribute by and cluster by, unordered
select id from people distribute by city
--- order by text numbers
select s from texts where s is not null order by cast(s as double), s
--- order by all
select active, id from people order by all
