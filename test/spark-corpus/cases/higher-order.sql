--- transform
select transform(array(1,2,null), x -> x + 1) a, transform(array(10,20), (x, i) -> x + i) b
--- transform column with outer reference
select id, transform(nums, x -> x * id) a, transform(tags, (t, i) -> concat(t, i)) b from nested order by id
--- nested transform
select transform(array(array(1,2), array(3)), a -> transform(a, x -> x * 10)) a
--- filter
select filter(array(1,null,3,4), x -> x > 2) a, filter(array(5,6,7), (x, i) -> i > 0) b, filter(array(1,null), x -> x is not null) c
--- aggregate
select aggregate(array(1,2,3), 0, (acc, x) -> acc + x) a, aggregate(array(1,2,3), 0, (acc, x) -> acc + x, acc -> acc * 10) b, aggregate(cast(array() as array<int>), 5, (acc, x) -> acc + x) c
--- aggregate to double
select aggregate(array(1D,2D,4D), double(1), (acc, x) -> acc * x) a, reduce(array(1,2), 1L, (a, x) -> a + x) b
--- aggregate a struct
select aggregate(array(1,2,3,4), named_struct('s', 0, 'n', 0), (acc, x) -> named_struct('s', acc.s + x, 'n', acc.n + 1), acc -> acc.s / acc.n) a
--- exists three-valued
select exists(array(1,2,3), x -> x > 2) a, exists(array(1,null), x -> x > 2) b, exists(array(1,null,3), x -> x > 2) c, exists(cast(array() as array<int>), x -> x > 2) d
--- forall three-valued
select forall(array(1,2,3), x -> x > 0) a, forall(array(1,null), x -> x > 0) b, forall(array(-1,null), x -> x > 0) c, forall(cast(array() as array<int>), x -> x > 0) d
--- zip_with
select zip_with(array(1,2,3), array(10,20), (x, y) -> x + y) a, zip_with(array('a'), array(1,2), (x, y) -> concat(coalesce(x, '-'), y)) b
--- map_filter
select map_filter(map('a',1,'b',2,'c',3), (k, v) -> v > 1 and k != 'c') a
--- transform_values and keys
select transform_values(map('a',1,'b',2), (k, v) -> v * 10) a, transform_keys(map('a',1,'b',2), (k, v) -> concat(k, v)) b
--- map_zip_with
select map_zip_with(map('a',1,'b',2), map('a',10), (k, x, y) -> coalesce(x,0) + coalesce(y,0)) a
--- filter structs
select id, filter(items, i -> i.qty > 1) a from nested order by id
--- transform structs
select id, transform(items, i -> named_struct('s', upper(i.sku), 'q', i.qty * 2)) a from nested order by id
--- filter then index
select filter(array(5,6,7), x -> x > 5)[0] a, size(filter(array(1,2), x -> x > 5)) b
--- transform sequence into features
select transform(sequence(0, 4), x -> if(x = 2, 1.0D, 0.0D)) onehot
--- lambda names like columns
select id, transform(nums, id -> id + 1) a from nested where id = 1
