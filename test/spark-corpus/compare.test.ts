import { describe, expect, it } from 'vitest';
import { compareNames, compareRows, compareTypes } from './compare.js';
import { loadCorpus } from './corpus.js';
import { compactJson, readJson } from './exact-json.js';

const columns = [
  { name: 'l', type: 'bigint' },
  { name: 'd', type: 'double' },
  { name: 'm', type: 'map<int,struct<a:decimal(5,2),b:array<double>>>' },
];
const rows = [['9223372036854775807', 0.1, [[1, ['1.50', [1, 'NaN']]]]]];
const row = (l: string, d: string, m: string) => ({
  columns,
  rowsJson: [`{"l": ${l}, "d": ${d}, "m": ${m}}`],
});
const MAP = '{"1": {"a": 1.50, "b": [1.0, "NaN"]}}';

describe('compareRows', () => {
  it('finds equal rows equal', () => {
    expect(compareRows({ columns, rows }, row('9223372036854775807', '0.1', MAP), false)).toBeUndefined();
  });

  it('tells longs apart that are one double', () => {
    expect(compareRows({ columns, rows }, row('9223372036854775806', '0.1', MAP), false)).toContain(
      'row 1, l',
    );
  });

  it('forgives rounding of doubles and nothing more', () => {
    expect(
      compareRows({ columns, rows }, row('9223372036854775807', '0.10000000000000002', MAP), false),
    ).toBeUndefined();
    expect(compareRows({ columns, rows }, row('9223372036854775807', '0.1000000001', MAP), false)).toContain(
      'row 1, d',
    );
  });

  it('compares the scale of decimals and values inside maps', () => {
    const other = MAP.replace('1.50', '1.5');
    expect(compareRows({ columns, rows }, row('9223372036854775807', '0.1', other), false)).toContain(
      'row 1, m',
    );
  });

  it('tells null from a value', () => {
    expect(compareRows({ columns, rows }, row('null', '0.1', MAP), false)).toContain('row 1, l');
  });

  it('minds the order unless told otherwise', () => {
    const expected = { columns: [{ name: 'a', type: 'int' }], rows: [[1], [2]] };
    const answer = { columns: expected.columns, rowsJson: ['{"a":2}', '{"a":1}'] };
    expect(compareRows(expected, answer, false)).toContain('row 1');
    expect(compareRows(expected, answer, true)).toBeUndefined();
  });

  it('keeps columns of one name apart', () => {
    const expected = {
      columns: [
        { name: 'a', type: 'int' },
        { name: 'a', type: 'int' },
      ],
      rows: [[1, 2]],
    };
    expect(
      compareRows(expected, { columns: expected.columns, rowsJson: ['{"a":1,"a":2}'] }, false),
    ).toBeUndefined();
    expect(
      compareRows(expected, { columns: expected.columns, rowsJson: ['{"a":2,"a":2}'] }, false),
    ).toContain('row 1');
  });
});

describe('columns', () => {
  it('names the first difference', () => {
    expect(compareNames(columns, columns)).toBeUndefined();
    expect(compareNames(columns, [])).toBe('3 columns expected, 0 found');
    expect(compareTypes(columns, [{ name: 'l', type: 'int' }, ...columns.slice(1)])).toBe(
      'column 1: expected bigint, found int',
    );
  });
});

describe('readJson', () => {
  it('keeps digits, order and duplicate keys', () => {
    const value = readJson(' {"b": 1.50, "a": [true, null, "x\\"y"], "b": {}} ');
    expect(value.fields!.map(([name]) => name)).toEqual(['b', 'a', 'b']);
    expect(value.fields![0]![1].source).toBe('1.50');
    expect(value.fields![1]![1].items!.map((item) => item.kind)).toEqual(['boolean', 'null', 'string']);
    expect(value.fields![1]![1].items![2]!.text).toBe('x"y');
  });

  it('is written on one line again', () => {
    expect(compactJson(readJson('{ "b" : 1.50,\n "a": [ true, null ] }'))).toBe('{"b":1.50,"a":[true,null]}');
  });

  it('refuses what is no JSON', () => {
    expect(() => readJson('{"a": }')).toThrow(SyntaxError);
    expect(() => readJson('1 2')).toThrow(SyntaxError);
  });
});

describe('loadCorpus', () => {
  it('has an answer for every case, and rows as wide as their columns', () => {
    const corpus = loadCorpus();
    expect(corpus.cases.length).toBeGreaterThan(600);
    for (const { name, answer } of corpus.cases) {
      if ('error' in answer) continue;
      for (const answered of answer.rows) expect(answered.length, name).toBe(answer.columns.length);
    }
    expect(corpus.tables.map((table) => table.name)).toEqual([
      'people',
      'sales',
      'nested',
      'texts',
      'numbers',
      'times',
    ]);
  });
});
