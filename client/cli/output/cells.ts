// Values of a table as text for people: on one line, free of control characters, at most so wide.
import stringWidth from 'string-width';

const ELLIPSIS = '…';

/** A value as text: strings as they are, null as `null`, everything else as JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

// Control characters of both blocks, and the two that end lines without looking like it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
/** Colours, cursor moves and the like. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const ESCAPE_SEQUENCE = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** Control characters made visible: a value must never steer the terminal or break a line. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => {
    switch (character) {
      case '\n':
        return '\\n';
      case '\r':
        return '\\r';
      case '\t':
        return '\\t';
      default:
        return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    }
  });
}

/** A line of a script's output for a terminal: tabs and colours stay out, everything readable stays. */
export function printableLine(line: string): string {
  return printable(line.replace(ESCAPE_SEQUENCE, '').replaceAll('\t', '    '));
}

/** The text cut to a width in terminal columns (Chinese characters take two), with an ellipsis where it was cut. */
export function shorten(text: string, width: number): string {
  if (text.length <= width / 2 || stringWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return kept + ELLIPSIS;
}

/** The text filled with spaces to a width in terminal columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}
