import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { TableEvent } from '../../library/events.js';
import { cellText, printableLine, shorten } from './cells.js';
import { drawGrid, fitWidths, plainGrid, renderResult } from './tables.js';

const table = (
  rows: Record<string, unknown>[],
  types: Record<string, string>,
  more: Partial<TableEvent> = {},
): TableEvent => ({
  event: 'table',
  name: 't',
  columns: Object.entries(types).map(([name, type]) => ({ name, type })),
  rows,
  rowsJson: rows.map((row) => JSON.stringify(row)),
  rowCount: rows.length,
  truncated: false,
  ...more,
});

describe('a result table', () => {
  it('is aligned lines where there is no terminal, numbers at the right', () => {
    expect(
      renderResult(
        table(
          [
            { name: '数据', n: 1 },
            { name: 'b', n: 22 },
          ],
          { name: 'string', n: 'int' },
        ),
        undefined,
      ),
    ).toBe(['name   n', '数据   1', 'b     22', '2 rows'].join('\n'));
  });

  it('is drawn on a terminal, no line wider than it', () => {
    const wide = table([{ a: 'x'.repeat(300), b: '数'.repeat(100), c: 1 }], {
      a: 'string',
      b: 'string',
      c: 'int',
    });
    const lines = renderResult(wide, { columns: 50 }).split('\n');
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(50);
    expect(lines.join('\n')).toContain('…');
  });

  it('says how many columns of very many it leaves out', () => {
    const headers = Array.from({ length: 2000 }, (_, index) => `c${index}`);
    const drawn = drawGrid({ headers, rows: [headers] }, 80);
    expect(Math.max(...drawn.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
    expect(drawn).toContain('1986 more columns (--json shows all): c14, c15');
  });

  it('says that rows were cut off', () => {
    expect(
      renderResult(table([{ a: 1 }], { a: 'int' }, { rowCount: 500, truncated: true }), undefined),
    ).toContain('1 of 500 rows');
  });

  it('has a head where it has no rows', () => {
    expect(plainGrid({ headers: ['a', 'b'], rows: [] })).toBe('a  b');
  });
});

it('gives narrow columns what they need and cuts the wide ones', () => {
  expect(fitWidths([3, 60, 60], 43)).toEqual([3, 20, 20]);
  expect(fitWidths([3, 5], 100)).toEqual([3, 5]);
});

describe('cells', () => {
  it('show values on one line, whatever they hold', () => {
    expect([null, 'a\nb\u001b[31m', { type: 1, values: [0.5] }, [1, null], true, 0].map(cellText)).toEqual([
      'null',
      'a\\nb\\u001b[31m',
      '{"type":1,"values":[0.5]}',
      '[1,null]',
      'true',
      '0',
    ]);
  });

  it('are cut by what they take on the terminal', () => {
    expect(shorten('数据集很大', 7)).toBe('数据集…');
    expect(shorten('abc', 3)).toBe('abc');
    expect(shorten('👨‍👩‍👧 family', 5)).toBe('👨‍👩‍👧 f…');
  });
});

it("takes colours and cursor moves out of a script's line", () => {
  expect(printableLine('\u001b[32mok\u001b[0m\tdone\u0007')).toBe('ok    done\\u0007');
});
