--- substring from zero and below
select substring('Spark SQL', 0, 3) a, substring('Spark SQL', 1, 3) b, substring('Spark SQL', -3) c, substring('Spark SQL', -3, 2) d, substring('Spark', -10, 7) e, substring('Spark', 10) f, substring('Spark', 2, -1) g
--- substring forms
select substr('hello', 2) a, substr('hello', 0) b, substring('hello' from 2 for 3) c, substring('hello' from 2) d
--- substring of a column
select id, substring(s, 0, 2) a, substring(s, -2) b, left(s, 2) c, right(s, 2) e from texts order by id
--- left and right
select left('abc', 2) a, right('abc', 2) b, left('abc', -1) c, right('abc', 0) d, left('ab', 5) e, right(null, 1) f
--- instr locate position
select instr('banana', 'an') a, instr('banana', 'x') b, locate('an', 'banana') c, locate('an', 'banana', 3) d, position('na' in 'banana') e, instr('banana', '') f, locate('x', null) g, locate('a', 'banana', 0) h
--- split by regex
select split('a1b2c', '[0-9]') a, split('a,b,,c,', ',') b, split('a.b.c', '\\.') c, split('abc', '') d, split('', ',') e
--- split with limit
select split('a,b,c,d', ',', 2) a, split('a,b,c,,', ',', -1) b, split('a,b,c,,', ',', 0) c
--- split then index
select split('x|y|z', '\\|')[1] a, split('x y  z', ' +')[2] b, split('x,y', ',')[5] c, size(split('a,b', ',')) d
--- split_part
select split_part('a.b.c', '.', 2) a, split_part('a.b.c', '.', -1) b, split_part('a.b', '.', 5) c, split_part('a||b', '||', 2) d
--- split_part zero is refused
select split_part('a.b', '.', 0) a
--- lpad and rpad
select lpad('hi', 5, '?!') a, rpad('hi', 5, '?!') b, lpad('hello', 3, '?') c, rpad('hello', 3) d, lpad('hi', 5) e, lpad('hi', 5, '') f, lpad(7, 3, '0') g, lpad('hi', -1, 'x') h
--- trim variants
select trim('  a ') a, ltrim('  a ') b, rtrim('  a ') c, trim('x' from 'xxaxx') d, trim(leading 'x' from 'xxax') e, trim(trailing 'x' from 'xaxx') f, trim(both from ' b ') g, btrim('xyaxy', 'xy') h, ltrim('x', 'xxa') i
--- trim keeps tabs and newlines
select length(trim('\t a \n')) a, trim('SL', 'SSparkSQLS') b
--- initcap
select initcap('hello wORLD foo-bar') a, initcap('ÉCOLE été') b, initcap('a1b c') c
--- translate
select translate('AaBbCc', 'abc', '123') a, translate('hello', 'lo', 'x') b, translate('abc', 'aa', 'xy') c
--- reverse and repeat
select reverse('abc') a, reverse('王小明') b, repeat('ab', 3) c, repeat('x', 0) d, repeat('x', -2) e, space(3) f
--- concat with null
select concat('a', null) a, 'a' || null b, concat('a', '', 'b') c
--- concat_ws skips nulls and takes arrays
select concat_ws('-', 'a', null, 'b') a, concat_ws(',', array('x', null, 'y'), 'z') b, concat_ws(null, 'a', 'b') c, concat_ws('/') d, concat_ws(',', null, null) e, concat_ws(',', 1, 2.5, true) f
--- concat_ws of columns
select id, concat_ws('|', tags, 'end') a, concat_ws('|', tags) b from nested order by id
--- format_string
select format_string('%s has %d items', 'Bob', 3) a, format_string('%05.2f|%x|%,d', 3.14159D, 255, 1234567) b, printf('%-5s|%5s', 'ab', 'cd') c, format_string('%s', null) d, format_string('100%%') e
--- format_number
select format_number(1234567.891, 2) a, format_number(0.5, 0) b, format_number(1.5, 0) c, format_number(2.5, 0) d, format_number(1234567, 0) e, format_number(-1234.5, 3) f, format_number(12332.123456, '##################.###') g
--- ascii and char
select ascii('A') a, ascii('') b, ascii('é') c, char(65) d, chr(256) e, chr(97) f, char(-1) g, ascii('王') h
--- base64 and encode
select base64('Spark SQL') a, cast(unbase64('U3Bhcms=') as string) b, encode('ab', 'UTF-8') c, decode(encode('é', 'UTF-8'), 'UTF-8') d, hex(encode('a', 'UTF-16BE')) e
--- length forms
select length('Spark ') a, char_length('王小明') b, octet_length('王') c, bit_length('a') d, length(null) e, length('') f, length(x'0102') g, len('ab') h, length(12345) i
--- emoji length
select length('😀') a, substring('😀x', 2, 1) b, upper('ß') c, reverse('a😀') d
--- upper and lower unicode
select upper('straße') a, lower('ÀÉÎ') b, upper('ı') c, lower('İ') d, ucase('ab') e, lcase('AB') f
--- soundex and levenshtein
select soundex('Miller') a, soundex('') b, levenshtein('kitten', 'sitting') c, levenshtein('', 'abc') d, levenshtein('kitten', 'sitting', 2) e, levenshtein(null, 'a') f
--- regexp_extract
select regexp_extract('100-200', '(\\d+)-(\\d+)', 1) a, regexp_extract('100-200', '(\\d+)-(\\d+)', 2) b, regexp_extract('abc', '(\\d+)', 1) c, regexp_extract('100-200', '(\\d+)-(\\d+)') d, regexp_extract('100-200', '\\d+', 0) e, regexp_extract('a', '(a)|(b)', 2) f
--- regexp_extract bad group is refused
select regexp_extract('abc', 'b', 1) a
--- regexp_replace is global
select regexp_replace('a1b22c', '\\d+', '#') a, regexp_replace('John Smith', '(\\w+) (\\w+)', '$2 $1') b, regexp_replace('aaa', 'a', 'b') c, regexp_replace('abc', '', '-') d, regexp_replace('a.b', '\\.', '\\$') e, regexp_replace('hello', 'l', 'L', 4) f
--- regexp_replace empties
select regexp_replace('  x  y ', '\\s+', '') a, regexp_replace(null, 'a', 'b') b, regexp_replace('ABC', '(?i)b', 'x') c
--- rlike
select 'Spark' rlike 'par' a, 'Spark' rlike '^par' b, 'a\nb' rlike 'a.b' c, regexp_like('x1', '\\d') d, 'abc' regexp 'B' e, 'abc' rlike '(?i)B' f, null rlike 'a' g, regexp('x', 'x') h
--- regexp_extract_all and count
select regexp_extract_all('100-200, 300-400', '(\\d+)-(\\d+)', 1) a, regexp_extract_all('a1b2', '\\d', 0) b, regexp_count('banana', 'an') c, regexp_instr('banana', 'n') d, regexp_substr('x12', '\\d+') e, regexp_substr('x', '\\d') f, regexp_extract_all('none', '(\\d)') g
--- like
select 'abc' like 'a%' a, 'abc' like '_b_' b, 'a_c' like 'a\_c' c, 'abc' like 'a\_c' d, 'a%c' like 'a\%c' e, '' like '%' f, null like '%' g, 'ABC' like 'abc' h, 'ABC' ilike 'abc' i
--- like with escape
select 'a_c' like 'a/_c' escape '/' a, 'abc' like 'a/_c' escape '/' b, 'a/b' like 'a//b' escape '/' c
--- like any and all
select 'abc' like any ('x%', '%c') a, 'abc' like all ('a%', '%d') b, 'abc' not like any ('a%') c
--- like across lines
select 'a\nb' like 'a%b' a, 'a\nb' like 'a_b' b
--- like column
select id from texts where s like '%\_%' or s like '%ö%' order by id
--- overlay
select overlay('Spark SQL' placing '_' from 6) a, overlay('Spark SQL' placing 'CORE' from 7) b, overlay('Spark SQL' placing 'ANSI ' from 7 for 0) c, overlay('abcdef', 'X', 2, 3) d
--- find_in_set and substring_index
select find_in_set('b', 'a,b,c') a, find_in_set('z', 'a,b') b, find_in_set('a,b', 'a,b') c, substring_index('www.apache.org', '.', 2) d, substring_index('www.apache.org', '.', -2) e, substring_index('www', '.', 1) f, substring_index('a.b', '.', 0) g
--- startswith endswith contains
select startswith('Spark', 'Sp') a, endswith('Spark', 'rk') b, contains('Spark', 'ar') c, contains('Spark', '') d, startswith(null, 'a') e
--- replace
select replace('ABCabc', 'abc', 'DEF') a, replace('aaa', 'a') b, replace('abc', '', 'x') c, replace('abc', 'b', null) d
--- string comparison is binary
select 'a' < 'B' a, 'Z' < 'a' b, 'é' > 'z' c, 'a' = 'a ' d, '' < 'a' e, 'ab' > 'aab' f
--- order of strings
select s from texts where s is not null order by s
--- elt and field
select elt(2, 'a', 'b') a, elt(5, 'a') b, elt(1, 'x', 1) c
--- parse_url
select parse_url('http://spark.apache.org/path?query=1&x=2#f', 'HOST') a, parse_url('http://spark.apache.org/path?query=1', 'QUERY', 'query') b, parse_url('http://a.b/c', 'PATH') c, parse_url('http://a.b/c', 'QUERY') d
--- url_encode
select url_encode('a b&c/é') a, url_decode('a+b%26c') b
--- sentences and split words
select sentences('Hi there! Good morning.') a
--- to_number and to_char
select to_number('1,234.5', '9,999.9') a, to_char(1234.5, '9,999.99') b, try_to_number('x', '9') c
--- string functions of numbers
select upper(1.5) a, length(100D) b, substring(12345, 2, 3) c, reverse(123) d, concat(1.0D, 2) e, lpad(1.5D, 6, '0') f
--- empty string is not null
select '' is null a, coalesce('', 'x') b, nullif('', '') c, length('') d, trim('  ') = '' e
--- mask and luhn
select mask('AbCD123-@$#') a, luhn_check('79927398713') b
--- ilike and not like
select id from people where name not like 'A%' order by id
--- string aggregate
select listagg(product, ',') within group (order by id) a, string_agg(product, '-') within group (order by id desc) b from sales where id <= 4
--- regexp on a column
select id, regexp_extract(s, '^(\\d+)', 1) a, s rlike '^[0-9]+$' b, regexp_replace(s, '[^a-zA-Z]', '') c from texts order by id
--- double quoted backslash class in raw string
select regexp_extract('a12', r'(\d+)', 1) a, r'\n' b, length(r'\n') c
