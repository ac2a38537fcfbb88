import { describe, expect, it } from 'vitest';
import { isBlank, splitStatements } from './statements.js';

describe('where typed statements end', () => {
  it('splits at semicolons and keeps the rest', () => {
    expect(splitStatements('select 1 as a as t; set x="1";\nselect')).toEqual({
      complete: ['select 1 as a as t;', 'set x="1";'],
      rest: 'select',
    });
  });

  it('sees no semicolon in strings, names and comments', () => {
    for (const text of [
      'set a="x;y";',
      `set a='''x;\n';"y''';`,
      'select `a;b` from t;',
      "select 'a\\';b';",
      'select 1 -- a;\n;',
      'select /* ; */ 1;',
    ]) {
      expect(splitStatements(text)).toEqual({ complete: [text], rest: '' });
    }
  });

  it('waits for the end of what is open', () => {
    expect(splitStatements('set a="x;').complete).toEqual([]);
    expect(splitStatements('select 1; /* a;').rest).toBe('/* a;');
    expect(splitStatements("set a='''x'; y").complete).toEqual([]);
  });

  it('drops empty statements', () => {
    expect(splitStatements(';;select 1;').complete).toEqual(['select 1;']);
  });
});

it('knows text that says nothing', () => {
  expect(isBlank(' \n-- a comment\n/* and\nanother */ ')).toBe(true);
  expect(isBlank('-- a\nx')).toBe(false);
});
