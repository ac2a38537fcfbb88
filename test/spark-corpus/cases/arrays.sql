--- index from zero
select array(10,20,30)[0] a, array(10,20,30)[2] b, array(10,20,30)[3] c, array(10,20,30)[-1] d
--- index of a column
select id, nums[0] a, nums[id] b, tags[1] c from nested order by id
--- index by a bigint and a null
select array('x','y')[1L] a, array('x','y')[cast(null as int)] b
--- element_at counts from one
select element_at(array(1,2,3), 1) a, element_at(array(1,2,3), -1) b, element_at(array(1,2,3), 4) c
--- element_at zero is refused
select element_at(array(1,2,3), 0) a
--- nested index
select id, matrix[0][1] a, matrix[2][0] b from nested order by id
--- array of structs field
select id, items.sku a, items[0].qty b, items.qty[1] c from nested order by id
--- get counts from zero
select get(array(1,2,3), 0) a, get(array(1,2,3), 3) b, get(array(1,2,3), -1) c
--- try_element_at
select try_element_at(array(1,2,3), 5) a, try_element_at(map('a',1), 'b') b
--- size of null is minus one
select size(null) a, size(array()) b, size(array(1,null)) c, cardinality(array(1,2)) d
--- size of columns
select id, size(tags) a, size(props) b, cardinality(nums) c from nested order by id
--- array_size of null
select array_size(cast(null as array<int>)) a, array_size(array(1,2)) b
--- array_contains with nulls
select array_contains(array(1,2,null), 2) a, array_contains(array(1,2,null), 3) b, array_contains(array(1,2), 3) c, array_contains(cast(null as array<int>), 1) d
--- array_contains column
select id, array_contains(tags, 'b') a, array_contains(tags, 'zz') b from nested order by id
--- array_contains widens types
select array_contains(array(1,2,3), 2L) a, array_contains(array(1.0,2.0), 2) b
--- array_distinct keeps first order and null
select array_distinct(array(3,1,3,null,2,null,1)) a
--- array_union intersect except
select array_union(array(1,2,2,null), array(2,3,null)) a, array_intersect(array(1,2,2,null), array(2,null,3)) b, array_except(array(1,2,2,null,1), array(2)) c
--- array_position
select array_position(array(5,6,7,6), 6) a, array_position(array(5,6), 9) b, array_position(array(5,null), 5) c, array_position(cast(null as array<int>), 1) d
--- array_remove
select array_remove(array(1,2,null,2,3), 2) a, array_remove(array(1,null), cast(null as int)) b
--- array_repeat
select array_repeat('x', 3) a, array_repeat(1, 0) b, array_repeat(cast(null as int), 2) c, array_repeat('y', -1) d
--- sort_array nulls
select sort_array(array(3,null,1,2)) a, sort_array(array(3,null,1,2), false) b
--- array_sort nulls last
select array_sort(array(3,null,1,2)) a
--- array_sort by comparator
select array_sort(array('bb','a','ccc'), (x, y) -> length(y) - length(x)) a
--- sort_array of strings and NaN
select sort_array(array('b','A','a','B')) a, sort_array(array(double('NaN'), 1.0D, double('Infinity'))) b
--- sort_array of structs
select sort_array(array(named_struct('a', 2, 'b', 'x'), named_struct('a', 1, 'b', 'y'))) a
--- slice
select slice(array(1,2,3,4), 2, 2) a, slice(array(1,2,3,4), -2, 2) b, slice(array(1,2,3), 5, 2) c, slice(array(1,2,3), 1, 0) d
--- slice start zero is refused
select slice(array(1,2,3), 0, 2) a
--- flatten
select flatten(array(array(1,2), array(3), array())) a, flatten(array(array(1), null)) b
--- flatten column
select id, flatten(matrix) a from nested order by id
--- arrays_zip
select arrays_zip(array(1,2,3), array('a','b')) a
--- arrays_zip of columns
select id, arrays_zip(nums, tags) z from nested order by id
--- arrays_overlap with nulls
select arrays_overlap(array(1,2), array(2,3)) a, arrays_overlap(array(1,2), array(3,4)) b, arrays_overlap(array(1,null), array(3,4)) c
--- array_max and min
select array_max(array(1,null,3)) a, array_min(array(1,null,3)) b, array_max(array()) c, array_max(array(1.0D, double('NaN'))) d, array_min(array('b','a')) e
--- array_max of a column
select id, array_max(nums) a, array_min(nums) b from nested order by id
--- array_join skips nulls
select array_join(array('a',null,'b'), ',') a, array_join(array('a',null,'b'), ',', '?') b, array_join(array(), ',') c, array_join(array(1,2), '-') d
--- sequence
select sequence(1, 5) a, sequence(5, 1) b, sequence(1, 10, 3) c, sequence(3, 3) d
--- sequence of dates
select sequence(date'2024-01-30', date'2024-02-02') a, sequence(date'2024-01-31', date'2024-04-30', interval 1 month) b
--- sequence going the wrong way is refused
select sequence(1, 5, -1) a
--- array_append and prepend
select array_append(array(1,2), 3) a, array_prepend(array(1,2), 0) b, array_append(array(1), cast(null as int)) c, array_append(cast(null as array<int>), 1) d
--- array_compact
select array_compact(array(1,null,2,null)) a
--- array_insert
select array_insert(array(1,2,3), 2, 9) a, array_insert(array(1,2,3), 6, 9) b, array_insert(array(1,2,3), -1, 9) c
--- array concat and reverse
select concat(array(1,2), array(3)) a, reverse(array(1,2,3)) b, array(1,2) || array(3) c, concat(array(1), cast(null as array<int>)) d
--- array of mixed types
select array(1, 2.5, 3L) a, array(1, 'x') b, array() c, array(null) d
--- array equality and order
select array(1,2) = array(1,2) a, array(1,2) < array(1,3) b, array(1,null) = array(1,null) c, array(1,null) <=> array(1,null) d
--- cast array to string
select cast(array(1,null,3) as string) a, string(array('a','b')) b, cast(array(1.5D, 2D) as string) c
--- cast array elements
select cast(array('1','x',' 3 ') as array<int>) a, cast(array(1,0) as array<boolean>) b
--- array in group by
select nums, count(*) c from (select sort_array(array(id % 2, 1)) nums from people) group by nums order by nums
--- shuffle-free index by expression
select id, nums[size(nums) - 1] last from nested order by id
