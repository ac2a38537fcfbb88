import { expect, test } from 'vitest';
import { parseScript } from './parser.js';

const cases: [string, string, string | undefined][] = [
  // The last `as name` is the table.
  ['select a as b from t as r', 'select a as b from t', 'r'],
  ['select a from t where a = 1 AS `my r`', 'select a from t where a = 1', 'my r'],
  ['select a from t as r -- c', 'select a from t', 'r'],
  ['select a from t -- c\nas r', 'select a from t', 'r'],
  ['select * from (select 1 as a) as r', 'select * from (select 1 as a)', 'r'],
  ['select * from t order by cast(a as int) as r', 'select * from t order by cast(a as int)', 'r'],
  ['select data.a from data as data', 'select data.a from data', 'data'],
  ['select b from t as b', 'select b from t', 'b'],
  ['select u.a from u join t as u', 'select u.a from u join t', 'u'],
  // No name.
  ['select * from t', 'select * from t', undefined],
  ['select cast(a as int) from t', 'select cast(a as int) from t', undefined],
  ['select a as b from t', 'select a as b from t', undefined],
  ['select * from t tablesample (10 rows)', 'select * from t tablesample (10 rows)', undefined],
  // Without a from, the name is also the column's.
  ['select 1 as x', 'select 1 as x', 'x'],
  ['select 1 as a, f(2, 3) as b', 'select 1 as a, f(2, 3) as b', 'b'],
  ['select not true as x', 'select not true as x', 'x'],
  ['select case when true then 1 end as x', 'select case when true then 1 end as x', 'x'],
  ['select interval 1 day as x', 'select interval 1 day as x', 'x'],
  ['select (select max(a) from t) as x', 'select (select max(a) from t) as x', 'x'],
  // … unless the column has its own.
  ['select 1 as x as r', 'select 1 as x', 'r'],
  ['select 1 x as r', 'select 1 x', 'r'],
  ["select 'a' x as r", "select 'a' x", 'r'],
  ['select f(1) x as r', 'select f(1) x', 'r'],
  ['select explode(array(1, 2)) as r', 'select explode(array(1, 2))', 'r'],
  ['select stack(1, 2, 3) as r', 'select stack(1, 2, 3)', 'r'],
  ['select 1 as a union all select 2 as r', 'select 1 as a union all select 2', 'r'],
  // Spark's alias stays where the select uses it.
  ['select u.a from t as u', 'select u.a from t as u', 'u'],
  ['select `U`.a, t.b from t join db.x as u', 'select `U`.a, t.b from t join db.x as u', 'u'],
  ['select s.a from (select 1 as a) as s', 'select s.a from (select 1 as a) as s', 's'],
  ['select x from t lateral view explode(a) e as x', 'select x from t lateral view explode(a) e as x', 'x'],
  [
    'select x from t lateral view explode(a) e as x as r',
    'select x from t lateral view explode(a) e as x',
    'r',
  ],
  [
    'select * from t lateral view outer explode(a) e as r',
    'select * from t lateral view outer explode(a) e',
    'r',
  ],
];

test.each(cases)('%s', (text, sql, table) => {
  const [statement] = parseScript(`${text}\n;`).statements;
  expect(statement?.kind === 'select' && [statement.sql.value, statement.table?.value]).toEqual([sql, table]);
});
