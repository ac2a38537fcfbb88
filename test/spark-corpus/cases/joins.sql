--- inner join
select p.id, s.id sid from people p join sales s on p.id = s.person order by p.id, sid
--- left join
select p.id, s.product from people p left join sales s on p.id = s.person order by p.id, s.id
--- right join
select p.id, s.id sid from people p right join sales s on p.id = s.person order by sid
--- full join
select p.id, s.id sid from people p full outer join sales s on p.id = s.person order by p.id, sid
--- left semi join
select p.id from people p left semi join sales s on p.id = s.person order by p.id
--- left anti join
select p.id from people p left anti join sales s on p.id = s.person order by p.id
--- anti join keyword alone
select id from people p anti join sales s on p.id = s.person order by id
--- semi join with a condition
select * from (select id, name from people) p semi join sales s on p.id = s.person and s.quantity > 2 order by id
--- cross join
select a.x, b.y from (values (1), (2)) a(x) cross join (values ('p'), ('q')) b(y) order by 1, 2
--- comma join
select p.id, s.id sid from people p, sales s where p.id = s.person and s.product = 'pen' order by 1, 2
--- join using
select * from (select 1 k, 'a' x union all select 2, 'b') l join (select 1 k, 'c' y union all select 3, 'd') r using (k)
--- full join using coalesces the key
select * from (values (1, 'a'), (2, 'b')) l(k, x) full join (values (1, 'c'), (3, 'd')) r(k, y) using (k) order by k
--- natural join
select * from (values (1, 'a'), (2, 'b')) l(k, x) natural join (values (1, 'c'), (3, 'd')) r(k, y)
--- star of a join keeps both keys
select * from (values (1, 'a')) l(k, x) join (values (1, 'c')) r(k, y) on l.k = r.k
--- qualified star
select p.*, s.product from (select id, age from people) p join sales s on p.id = s.person where s.id = 1
--- join on null keys
select count(*) n from (values (1), (null)) a(k) join (values (1), (null)) b(k) on a.k = b.k
--- join on null safe keys
select count(*) n from (values (1), (null)) a(k) join (values (1), (null)) b(k) on a.k <=> b.k
--- join coerces key types
select a.k, b.k k2 from (values (1), (2)) a(k) join (values ('1'), ('x'), ('2.0')) b(k) on a.k = b.k order by 1
--- join on inequality
select a.x, b.y from (values (1), (2), (3)) a(x) join (values (2), (3)) b(y) on a.x < b.y order by 1, 2
--- left join with extra condition
select p.id, s.id sid from people p left join sales s on p.id = s.person and s.region = 'US' order by p.id, sid
--- left join then where on the right
select p.id from people p left join sales s on p.id = s.person where s.id is null order by p.id
--- self join
select a.id, b.id bid from people a join people b on a.age = b.age and a.id < b.id order by 1, 2
--- three tables
select p.name, s.product, n.id nid from people p join sales s on p.id = s.person join nested n on n.id = p.id order by s.id
--- join with a subquery aggregate
select p.id, t.n from people p join (select person, count(*) n from sales group by person) t on p.id = t.person order by p.id
--- join hints
select /*+ BROADCAST(s) */ p.id from people p join sales s on p.id = s.person order by p.id, s.id
--- NaN joins NaN
select count(*) n from (values (double('NaN'))) a(x) join (values (double('NaN'))) b(x) on a.x = b.x
--- left join using star
select * from (values (1, 'a'), (2, 'b')) l(k, x) left join (values (1, 'c')) r(k, y) using (k) order by k
--- right join using star
select * from (values (1, 'a')) l(k, x) right join (values (1, 'c'), (5, 'd')) r(k, y) using (k) order by k
--- lateral join
select p.id, x.c from people p, lateral (select count(*) c from sales s where s.person = p.id) x order by p.id
--- join with ambiguous name is refused
select id from people p join sales s on p.id = s.person
--- case-insensitive names
select P.ID, NAME from PEOPLE p where p.Id = 1
