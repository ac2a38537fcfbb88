--- md5 and sha
select md5('Spark') a, sha1('Spark') b, sha('Spark') c, sha2('Spark', 256) d, sha2('Spark', 0) e, sha2('Spark', 512) f, sha2('Spark', 1) g, md5(null) h
--- crc32
select crc32('Spark') a, typeof(crc32('x')) b, crc32(null) c
--- hash of scalars
select hash('Spark') a, hash(1) b, hash(1L) c, hash(1.5D) d, hash(null) e, hash('a', 1, null) f, hash(true) g
--- hash of nested values
select hash(array(1, 2)) a, hash(named_struct('a', 1, 'b', 'x')) b, hash(date'2024-01-01') c, hash(timestamp'2024-01-01 00:00:00') d, hash(1.50) e
--- xxhash64
select xxhash64('Spark') a, xxhash64(1) b, xxhash64('a', 2L) c, xxhash64(null) d
--- bucketing by hash
select id, pmod(hash(name), 10) b, abs(hash(id)) % 4 c from people order by id
--- bucketing by crc and md5
select id, crc32(cast(id as string)) % 3 a, substring(md5(name), 1, 4) b from people order by id
--- split by conv of md5
select id, conv(substring(md5(cast(id as string)), 1, 4), 16, 10) % 10 a from people order by id
