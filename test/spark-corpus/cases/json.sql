--- get_json_object
select get_json_object('{"a":{"b":1}}', '$.a.b') a, get_json_object('{"a":[1,2]}', '$.a[1]') b, get_json_object('{"a":"x"}', '$.a') c, get_json_object('{"a":{"b":1}}', '$.a') d, get_json_object('{"a":1}', '$.z') e, get_json_object('bad', '$.a') f, get_json_object('{"a":null}', '$.a') g
--- get_json_object details
select get_json_object('{"a":1.50}', '$.a') a, get_json_object('{"a":true}', '$.a') b, get_json_object('[{"x":1},{"x":2}]', '$[*].x') c, get_json_object('{"a b":1}', "$['a b']") d, get_json_object('{"a":"q\\"uote"}', '$.a') e
--- from_json struct
select from_json('{"a":1,"b":"x"}', 'a int, b string') s, from_json('{"a":1}', 'a int, b string').b b, from_json('{"a":1}', 'struct<a:int>').a a
--- from_json bad input
select from_json('bad', 'a int') a, from_json('{"a":"x"}', 'a int') b, from_json(null, 'a int') c, from_json('', 'a int') d, from_json('{"a":1.5}', 'a int') e
--- from_json array and map
select from_json('[1,2,3]', 'array<int>') a, from_json('{"x":1,"y":2}', 'map<string,int>') b, from_json('[{"a":1}]', 'array<struct<a:int>>')[0].a c
--- from_json types
select from_json('{"d":"2024-01-02","t":"2024-01-02 03:04:05","b":true,"f":1.5,"m":"1"}', 'd date, t timestamp, b boolean, f double, m string') s
--- to_json
select to_json(named_struct('a', 1, 'b', 'x')) a, to_json(map('k', 1)) b, to_json(array(1, 2)) c, to_json(named_struct('a', cast(null as int), 'b', 2)) d
--- to_json of types
select to_json(named_struct('d', date'2024-01-02', 't', timestamp'2024-01-02 03:04:05', 'n', 1.50, 'f', 1D, 'b', true)) a, to_json(array(named_struct('x', array(1)))) b
--- to_json of a column
select id, to_json(addr) a, to_json(props) b, to_json(struct(id, tags)) c from nested order by id
--- to_json escapes
select to_json(named_struct('a', 'q"uo\\te\n', 'b', '中')) a
--- schema_of_json
select schema_of_json('{"a":1,"b":[1.5]}') a
--- json_array_length
select json_array_length('[1,2,3]') a, json_array_length('{"a":1}') b, json_array_length('bad') c, json_object_keys('{"a":1,"b":2}') d
--- from_csv and to_csv
select from_csv('1,abc', 'a int, b string') a, to_csv(named_struct('a', 1, 'b', 'x y')) b
--- json numbers compare
select get_json_object('{"n":"10"}', '$.n') > 9 a, get_json_object('{"n":10}', '$.n') + 1 b
--- json path of a missing parent
select get_json_object('{"a":1}', '$.a.b.c') a, get_json_object('{"a":[]}', '$.a[0]') b, get_json_object(null, '$.a') c
