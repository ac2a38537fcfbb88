// Where statements end in text that is being typed: a semicolon outside of strings and comments. Pure.

/** How a stretch of text that hides semicolons begins, and what ends it. Longer beginnings come first. */
const ENCLOSURES: readonly (readonly [start: string, end: string, escapes: boolean])[] = [
  ["'''", "'''", false],
  ['"""', '"""', false],
  ['--', '\n', false],
  ['/*', '*/', false],
  ['"', '"', true],
  ["'", "'", true],
  ['`', '`', false],
];

/**
 * Splits typed text into the statements that are complete and the rest that waits for more.
 * @returns complete statements with their semicolon, and the rest behind the last
 */
export function splitStatements(text: string): {
  readonly complete: readonly string[];
  readonly rest: string;
} {
  const complete: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; ) {
    const enclosure = ENCLOSURES.find(([opening]) => text.startsWith(opening, index));
    if (enclosure !== undefined) {
      const end = endOf(text, index, enclosure);
      if (end === undefined) break;
      index = end;
      continue;
    }
    index += 1;
    if (text[index - 1] !== ';') continue;
    complete.push(text.slice(start, index).trim());
    start = index;
  }
  return { complete: complete.filter((statement) => statement !== ';'), rest: text.slice(start).trimStart() };
}

/** True where the text holds nothing but comments and spaces. */
export function isBlank(text: string): boolean {
  return (
    text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/--.*/g, '')
      .trim() === ''
  );
}

function endOf(
  text: string,
  index: number,
  [opening, closing, escapes]: (typeof ENCLOSURES)[number],
): number | undefined {
  for (let at = index + opening.length; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text.startsWith(closing, at)) return at + closing.length;
  }
  return undefined;
}
