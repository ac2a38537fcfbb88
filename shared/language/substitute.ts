// `${name}` in texts of a script is replaced by the variable's value, and offsets in the outcome lead back to the script.
import { MlsqlError, type Position } from '../errors.js';
import type { Text } from './ast.js';
import { nearest } from './nearest.js';
import { advance } from './positions.js';
import { rawOffset } from './quotes.js';

/** A placeholder, or an opening that a backslash makes literal. */
const PLACEHOLDER = /\\\$\{|\$\{([^}]*)\}/g;
const KNOWN_NAMES_SHOWN_MAX = 8;

export interface Substituted {
  readonly text: string;
  /** Position in the script of the character at an offset of the text; within a variable's value: of its `${`. */
  positionAt(offset: number): Position;
}

/** A stretch of the outcome: where it begins there, and in the value it was made from. */
interface Piece {
  readonly start: number;
  readonly source: number;
  /** True for a variable's value, whose characters all stand at one place of the script. */
  readonly fixed: boolean;
}

/**
 * The text with each `${name}` replaced, once: what a value brings with it stays as it is, since a `set` substitutes
 * its own value when it runs. `\${` stands for the characters `${` themselves.
 * @throws MlsqlError MLSQL_SCRIPT_VARIABLE_UNKNOWN at the `${` of the first unknown name
 */
export function substitute(text: Text, variables: ReadonlyMap<string, string>): string {
  return substituteWithMap(text, variables).text;
}

/** As substitute, and it can tell where each character of the outcome stands in the script. */
export function substituteWithMap(text: Text, variables: ReadonlyMap<string, string>): Substituted {
  const pieces: Piece[] = [];
  let outcome = '';
  let end = 0;
  const keep = (until: number): void => {
    pieces.push({ start: outcome.length, source: end, fixed: false });
    outcome += text.value.slice(end, until);
    end = until;
  };
  for (const match of text.value.matchAll(PLACEHOLDER)) {
    keep(match.index);
    if (match[1] === undefined) {
      end += 1; // without the backslash
      continue;
    }
    const name = match[1].trim();
    const value = variables.get(name);
    if (value === undefined) throw unknownVariable(text, match.index, name, variables);
    pieces.push({ start: outcome.length, source: match.index, fixed: true });
    outcome += value;
    end = match.index + match[0].length;
  }
  keep(text.value.length);
  return {
    text: outcome,
    positionAt: (offset) => {
      const piece = pieces.findLast((candidate) => candidate.start <= offset) ?? pieces[0]!;
      return positionInText(text, piece.fixed ? piece.source : piece.source + offset - piece.start);
    },
  };
}

/** Names of the variables that a text uses. */
export function variablesIn(text: Text): string[] {
  return Array.from(text.value.matchAll(PLACEHOLDER)).flatMap((match) =>
    match[1] === undefined ? [] : [match[1].trim()],
  );
}

/** Position in the script of the character at an offset of a text's value. */
export function positionInText(text: Text, offset: number): Position {
  const raw = text.raw ?? text.value;
  return advance(text.span, raw, text.raw === undefined ? offset : rawOffset(raw, offset));
}

function unknownVariable(
  text: Text,
  offset: number,
  name: string,
  variables: ReadonlyMap<string, string>,
): MlsqlError {
  const best = nearest(name, variables.keys());
  const known = [...variables.keys()].sort();
  const shown =
    known.slice(0, KNOWN_NAMES_SHOWN_MAX).join(', ') + (known.length > KNOWN_NAMES_SHOWN_MAX ? ', …' : '');
  const set = `write set ${/^[\w.]+$/.test(name) ? name : 'name'}="…"; before it, or \\\${ for the characters themselves`;
  return new MlsqlError('MLSQL_SCRIPT_VARIABLE_UNKNOWN', `the variable "${name}" is not set`, {
    position: positionInText(text, offset),
    hint:
      best !== undefined
        ? `did you mean "\${${best}}"?`
        : known.length > 0
          ? `${set}; set are ${shown}`
          : set,
  });
}
