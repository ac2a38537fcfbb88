--- types of sums and products
select typeof(1.5 + 2.25) a, typeof(1.5 * 2.25) b, typeof(1.5 - 2.25) c, typeof(1.5 / 2.25) d, typeof(5.5 % 2) e
--- values of sums and products
select 1.5 + 2.25 a, 1.5 * 2.25 b, 1.5 - 2.25 c, 1.5 / 2.25 d, 0.1 + 0.2 e, 10.0 / 3 f, 1.0 / 7 g
--- decimal column arithmetic
select id, dec + 1 a, dec * 2 b, dec / 3 c, dec - 0.005 e from numbers order by id
--- types of decimal column arithmetic
select typeof(dec + 1) a, typeof(dec * dec) b, typeof(dec / 3) c, typeof(dec + dec) d, typeof(dec * 1.5D) e, typeof(dec % 3) f, typeof(-dec) g from numbers where id = 1
--- decimal with integer literal
select typeof(1.5 + 1) a, typeof(1.5 * 100) b, typeof(1.5 / 2) c, 1.5 / 2 d, 2 / 1.5 e
--- decimal with integer column
select typeof(dec + i) a, dec + i b, typeof(dec * l) c, dec * l d, typeof(dec / i) e, dec / i f from numbers where id = 1
--- decimal overflow is null
select cast(99999999999999999999999999999999999999 as decimal(38,0)) + 1 a, cast('9999999999' as decimal(10,0)) * cast('9999999999' as decimal(10,0)) b
--- decimal precision loss
select cast(1 as decimal(38,10)) / cast(3 as decimal(38,10)) a, typeof(cast(1 as decimal(38,10)) * cast(3 as decimal(38,10))) b, cast('1.23456789012345' as decimal(38,18)) * cast('9.87654321098765' as decimal(38,18)) c
--- decimal divide by zero
select 1.5 / 0 a, 1.5 % 0 b, cast(1 as decimal(5,2)) / 0.0 c
--- decimal comparison
select 1.50 = 1.5 a, 1.10 < 1.1 b, 0.1 + 0.2 = 0.3 c, 0.1D + 0.2D = 0.3D d, cast(1 as decimal(5,2)) = 1 e, 1.5 = 1.5D f, 1.5 = '1.50' g
--- sum and avg of decimals
select sum(score) a, avg(score) b, max(score) c, typeof(sum(score)) d, typeof(avg(score)) e from people
--- sum of decimal literals
select sum(x) a, avg(x) b from values (1.1), (2.2), (3.35) as t(x)
--- decimal in double expression
select 1.1 + 1D a, 0.1 * 3D b, cast(0.1 as double) + 0.2 c
--- exponent literals are doubles
select 1e2 a, typeof(1e2) b, 1.5e-3 c, typeof(1.5) d, typeof(1.5BD) e, 15BD f
--- abs and sign of decimal
select abs(-1.50) a, sign(-1.5) b, typeof(abs(-1.50)) c, -(1.25) d
--- decimal group keys
select score, count(*) n from people group by score order by score
--- coalesce decimals of other scales
select coalesce(cast(null as decimal(5,1)), 1.25) a, typeof(coalesce(cast(null as decimal(5,1)), 1.25)) b, if(true, 1.1, 10) c
--- int to decimal in a union
select 1 a union all select 2.5 order by a
