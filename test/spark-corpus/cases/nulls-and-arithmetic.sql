--- division
select 5/2 a, 1/0 b, 4/2 c, 0/0 d, -7/2 e, 1.0D/0 f
--- division of columns
select id, i/2 a, l/2 b, d/0 c, i/i e from numbers order by id
--- integral division
select 5 div 2 a, -7 div 2 b, 5 div 0 c, 7L div 2 d, 5.9 div 2 e, typeof(5 div 2) t
--- modulo
select 5 % 3 a, -5 % 3 b, 5 % -3 c, 5 % 0 d, 5.5 % 2 e, mod(-5, 3) f, -5.5D % 2 g
--- modulo of columns
select id, i % 3 a, d % 2 b, i % 0 c from numbers order by id
--- pmod
select pmod(-5, 3) a, pmod(5, -3) b, pmod(5, 0) c, pmod(-5.5D, 2) d
--- null comparisons
select null = null a, null <> 1 b, null is null c, 1 is not null d, null and false e, null or true f, not null g
--- null safe equals
select null <=> null a, 1 <=> null b, 1 <=> 1 c, 'a' <=> 'b' d, not (null <=> 1) e
--- null safe equals of columns
select id, age <=> 28 a, city <=> null b from people order by id
--- is distinct from
select 1 is distinct from null a, null is not distinct from null b
--- coalesce and friends
select coalesce(null, null, 3) a, nvl(null, 'x') b, nvl2(null, 1, 2) c, nvl2(0, 1, 2) d, ifnull(null, 5) e, nullif(1, 1) f, nullif(1, 2) g
--- coalesce widens types
select coalesce(null, 1, 2.5) a, coalesce(1, 'x') b, coalesce(cast(null as int), 2L) c, typeof(coalesce(1, 2.5D)) t
--- zeroifnull and nullifzero
select zeroifnull(null) a, nullifzero(0) b, nullifzero(3) c
--- greatest and least skip nulls
select greatest(1, null, 3) a, least(1, null, 3) b, greatest(null, null) c, greatest('a', 'B') d, least(2, 1.5) e, greatest(1D, double('NaN')) f
--- in with nulls
select 1 in (1, null) a, 1 in (2, null) b, 1 not in (2, null) c, null in (1) d
--- between
select 2 between 1 and 3 a, null between 1 and 3 b, 2 not between 3 and 1 c, '5' between 1 and 10 d
--- integer overflow wraps
select 2147483647 + 1 a, -2147483648 - 1 b, 2147483647 * 2 c, 9223372036854775807 + 1 d, typeof(2147483647 + 1) t
--- integer overflow of columns
select id, i + 1 a, l + 1 b, i * 2 c, t + t e, s * s f from numbers order by id
--- negative of the smallest
select id, -i a, abs(i) b, abs(l) c, -l e from numbers order by id
--- tinyint arithmetic
select cast(127 as tinyint) + cast(1 as tinyint) a, typeof(cast(1 as tinyint) + 1) b, typeof(cast(1 as smallint) * cast(1 as tinyint)) c
--- mixed type arithmetic
select typeof(1 + 1L) a, typeof(1 + 1.5) b, typeof(1 + 1.5D) c, typeof(1L / 2) d, typeof(cast(1 as float) + 1) e, typeof(1.5 + 1.5D) f, typeof(cast(1 as float) * 1L) g
--- float arithmetic
select id, f + 1 a, f * 2 b, f / 3 c, cast(f as double) e from numbers order by id
--- unary
select +5 a, - -5 b, -(3 + 2) c, positive(2) d, negative(2) e, ~5 f
--- bits
select 5 & 3 a, 5 | 3 b, 5 ^ 3 c, bit_count(255) d, bit_get(11, 0) e, shiftleft(1, 33) f, shiftleft(1L, 33) g, shiftright(-8, 1) h, shiftrightunsigned(-8, 1) i, 1 << 3 j, -8 >> 1 k
--- boolean logic
select true and null a, false and null b, true or null c, not false d, true = 1 e, !true f
--- if and case
select if(null, 1, 2) a, if(1 > 0, 'y', 'n') b, case when cast(null as boolean) then 1 else 2 end c, case 3 when 1 then 'a' when 3 then 'c' end d, case when false then 1 end e, case null when null then 1 else 2 end f
--- case over columns
select id, case when age >= 40 then 'old' when age is null then 'unknown' else 'young' end g from people order by id
--- case mixes types
select case when true then 1 else 2.5 end a, case when true then 1 else 'x' end b, if(false, 1, 2L) c
--- decode
select decode(2, 1, 'a', 2, 'b', 'z') a, decode(9, 1, 'a', 'z') b, decode(null, null, 'n', 'z') c, decode(9, 1, 'a') d
--- NaN equality and ordering
select double('NaN') = double('NaN') a, double('NaN') > double('Infinity') b, double('NaN') <=> double('NaN') c, isnan(double('NaN')) d, isnan(null) e, nanvl(double('NaN'), 1) f, 0.0D = -0.0D g
--- NaN rows
select id, height, isnan(height) a, height > 1.6 b, nanvl(height, 0) c from people order by height, id
--- nan from text
select cast('nan' as double) a, cast('Infinity' as double) b, cast('-inf' as double) c, cast('1d' as double) d
--- try arithmetic
select try_divide(1, 0) a, try_add(2147483647, 1) b, try_subtract(1, 2) c, try_multiply(9223372036854775807, 2) d, try_mod(5, 0) e
--- where drops nulls
select id from people where age <> 28 order by id
--- where not in null list
select id from people where city not in ('Berlin', null) order by id
--- not of null comparison
select id from people where not (age = 28) order by id
--- double equals sign and exclamation
select 1 == 1 a, 1 != 2 b, !(1 == 2) c, 1 <> 1 d
--- double ampersand is refused
select true && false a
--- integer literal too large becomes decimal
select 99999999999999999999 a, typeof(99999999999999999999) b, typeof(2147483648) c
--- assert_true passes
select assert_true(1 = 1) a
--- equality of number column and text
select id from numbers where i = '7' order by id
--- random division chain
select (1 + 2) * 3 / 4 - 5 % 3 a, 2 * 3 div 4 b, 10 / 4 * 2 c
--- sums of many columns
select l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l a from numbers order by id
--- narrowed text against a constant
select id, cast(s as int) > 5 a, s > 5 b, cast(s as tinyint) < 100 c from texts order by id
