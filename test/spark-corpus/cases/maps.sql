--- map lookup
select map('k','v')['k'] a, map('k','v')['missing'] b, element_at(map('k','v'), 'k') c, element_at(map('k','v'), 'z') d
--- map lookup with dot
select id, props['k'] a, props.k b, props['x'] + 1 c from nested order by id
--- map with integer keys
select map(1,'a',2,'b')[2] a, map(1,'a')[1L] b
--- map keys and values
select map_keys(map('a',1,'b',2)) a, map_values(map('a',1,'b',2)) b
--- map keys of columns
select id, map_keys(props) a, map_values(counts) b from nested order by id
--- map entries
select map_entries(map('a',1,'b',cast(null as int))) a
--- map_from_arrays
select map_from_arrays(array('x','y'), array(1,2)) a
--- map_from_entries
select map_from_entries(array(struct('a', 1), struct('b', 2))) a
--- map_concat
select map_concat(map('a',1), map('b',2)) a, map_concat(map('a',1), cast(null as map<string,int>)) b
--- map_concat duplicate keys are refused
select map_concat(map('a',1), map('a',2)) a
--- map duplicate keys are refused
select map('a',1,'a',2) a
--- map null key is refused
select map(cast(null as string), 1) a
--- str_to_map
select str_to_map('a:1,b:2') a, str_to_map('a=1&b=2', '&', '=') b, str_to_map('a:1,b') c
--- map_contains_key
select map_contains_key(map('a',1), 'a') a, map_contains_key(map('a',1), 'b') b
--- empty map
select map() a, size(map()) b, size(map('a',1)) c
--- map of structs
select map('p', named_struct('x', 1))['p'].x a
--- cast map to string
select cast(map('a',1,'b',null) as string) a, string(map(1, array(2,3))) b
--- map value counts
select sum(counts['a']) a, max(counts['b']) b from nested
--- explode map
select id, k, v from nested lateral view explode(props) t as k, v order by id, k
--- map lookup by a key of the row
select id, element_at(counts, 'a') a, counts[chr(97)] b, props[element_at(tags, 1)] c from nested order by id
