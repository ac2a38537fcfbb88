--- named_struct
select named_struct('a', 1, 'b', 'x') s, named_struct('a', 1).a t
--- struct of columns
select id, struct(id, tags[0]) s, struct(id as k, size(tags) as n) t from nested order by id
--- struct names of expressions
select struct(1, 'a', 1 + 1) s
--- nested field
select id, addr.street a, addr.geo.lat b, addr.zip + 1 c from nested order by id
--- struct star
select id, addr.* from nested order by id
--- struct equality
select named_struct('a', 1) = named_struct('a', 1) a, struct(1, 2) < struct(1, 3) b, struct(1, null) = struct(1, null) c
--- struct to string
select cast(struct(1, 'x', null) as string) a, string(named_struct('k', array(1), 'm', true)) b
--- struct in group by
select s.c, count(*) n from (select struct(city as c) s from people) group by s.c order by s.c
--- distinct structs
select count(distinct struct(product, region)) a from sales
--- null struct field
select id, addr is null a, addr.geo is null b, addr.geo.lat is null c from nested order by id
--- in with structs
select id from people where (age, city) in (select 28, '北京') order by id
--- field names keep case
select named_struct('camelCase', 1).CAMELCASE a, named_struct('camelCase', 1) b
