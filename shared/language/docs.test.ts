// Every example of the language reference is a script that parses, and its tables name what the product knows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PRODUCT_ROOT } from '../paths.js';
import { parseScript } from './parser.js';
import {
  ALGORITHMS,
  checkLoad,
  checkModelOptions,
  checkSave,
  checkSet,
  LOAD_FORMATS,
  SAVE_FORMATS,
} from './statement-options.js';

const reference = readFileSync(join(PRODUCT_ROOT, 'docs/language.md'), 'utf8');
const examples = Array.from(reference.matchAll(/```sql\n(.*?)```/gs), (match) => match[1]!);

test('every example parses, and its options are known', () => {
  const kinds = new Set<string>();
  const variables = new Map([['name', 'wine']]);
  for (const example of examples) {
    for (const statement of parseScript(example).statements) {
      kinds.add(statement.kind);
      if (statement.kind === 'set') checkSet(statement, variables);
      if (statement.kind === 'load') checkLoad(statement, variables);
      if (statement.kind === 'save') checkSave(statement, variables);
      if (statement.kind === 'register' || statement.kind === 'predict')
        checkModelOptions(statement, variables);
    }
  }
  const all = [
    'cancel',
    'load',
    'predict',
    'register',
    'retry',
    'save',
    'select',
    'set',
    'show',
    'train',
    'unregister',
  ];
  expect([...kinds].sort()).toEqual(all);
});

test('every format and algorithm is mentioned', () => {
  for (const name of [...LOAD_FORMATS, ...SAVE_FORMATS, ...ALGORITHMS])
    expect(reference).toContain(`\`${name}\``);
});
