--- round
select round(2.5) a, round(-2.5) b, round(3.5) c, round(2.5D) d, round(-2.5D) e, round(1.005D, 2) f, round(1.005, 2) g, round(25, -1) h, round(35L, -1) i
--- types of round
select typeof(round(2.5)) a, typeof(round(2.55, 1)) b, typeof(round(2.5D)) c, typeof(round(7)) d, typeof(round(123.456, -1)) e, round(123.456, -1) f
--- round a column
select id, round(d) a, round(d, 1) b, round(dec, 1) c, round(dec) e, round(i, -1) f from numbers order by id
--- bround
select bround(2.5) a, bround(3.5) b, bround(2.5D) c, bround(-2.5D) d, bround(25, -1) e, bround(0.125, 2) f
--- ceil and floor
select ceil(1.2) a, floor(-1.2) b, ceil(1.2D) c, floor(1.8D) d, ceiling(5) e, ceil(-0.1D) f, ceil(3.1411, 3) g, floor(3.1411, 3) h, ceil(123, -1) i
--- types of ceil and floor
select typeof(ceil(1.2)) a, typeof(floor(1.2D)) b, typeof(ceil(5)) c, typeof(ceil(5L)) d, typeof(floor(12.345, 1)) e
--- ceil and floor of columns
select id, ceil(d) a, floor(d) b, ceil(dec) c, floor(dec) e from numbers order by id
--- logarithms
select ln(0) a, ln(-1) b, log(10) c, log(2, 8) d, log10(1000) e, log2(8) f, log1p(0) g, log(0, 5) h, log10(0) i, log(10, 0) j
--- powers and roots
select pow(2, 10) a, power(2, -1) b, pow(-8, 1/3) c, sqrt(-1) d, sqrt(2) e, cbrt(27) f, cbrt(-8) g, exp(1) h, expm1(0) i, pow(0, 0) j, exp(1000) k
--- trigonometry
select sin(0) a, cos(0) b, tan(0) c, asin(2) d, acos(1) e, atan(1) f, atan2(1, 1) g, sinh(0) h, cosh(0) i, tanh(0) j, degrees(pi()) k, radians(180) l, cot(1) m
--- constants
select e() a, pi() b
--- sign and rint
select signum(-3) a, sign(0) b, signum(2.5D) c, rint(2.5) d, rint(3.5) e, rint(-2.5) f, typeof(sign(3)) g
--- abs types
select abs(-3) a, abs(-3.5) b, abs(-3L) c, abs(cast(-1.5 as float)) d
--- factorial and hypot
select factorial(5) a, factorial(21) b, factorial(-1) c, hypot(3, 4) d
--- conv
select conv('ff', 16, 10) a, conv('100', 2, 10) b, conv(255, 10, 16) c, conv('-1', 10, 16) d, conv('zz', 10, 16) e, conv('15', 10, -2) f
--- bin and hex
select bin(13) a, bin(-1) b, hex(255) c, hex('Spark') d, hex(-1) e, unhex('4D4C') f, cast(unhex('4D4C') as string) g, unhex('zz') h
--- width_bucket
select width_bucket(5.3, 0.2, 10.6, 5) a, width_bucket(-1, 0, 10, 5) b, width_bucket(10, 0, 10, 5) c, width_bucket(3, 10, 0, 5) d
--- nulls in math
select sqrt(null) a, pow(null, 2) b, round(null) c, abs(null) d
--- integer powers stay double
select typeof(pow(2, 2)) a, typeof(sqrt(4)) b, typeof(exp(0)) c, typeof(2 * 3.0) d
--- standardise a column
select id, round((height - 1.7) / 0.1, 3) z from people where not isnan(height) order by id
--- sec and csc
select round(sec(1), 6) a, round(csc(1), 6) b, asinh(0) c, acosh(1) d, atanh(0) e
--- round with negative zero
select round(-0.4D) a, ceil(-0.5D) b, round(-0.4) c
--- large doubles
select 1e308 * 10 a, -1e308 * 10 b, 9007199254740993 + 0.0D c, 1e16 d
