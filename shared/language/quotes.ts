// How texts are quoted in a script: what stands between the quotes, and where each of its characters was written.

export type Quote = '"' | "'" | '`' | '"""' | "'''";

/** Triple quotes first: their first characters are quotes of their own. */
const QUOTES: readonly Quote[] = ['"""', "'''", '"', "'", '`'];

/** The quote that a text as written opens with; undefined for a bare word. */
export function quoteOf(raw: string): Quote | undefined {
  return QUOTES.find(
    (quote) => raw.length >= 2 * quote.length && raw.startsWith(quote) && raw.endsWith(quote),
  );
}

/**
 * What a quoted text means. Triple-quoted: exactly what stands between. Back-quoted: the same, with two back-quotes for
 * one. Double- or single-quoted: `\"` is a quote, and of backslashes right before a quote each pair is one; every other
 * backslash stands for itself, so that `\t`, `\d` and `C:\x` arrive as they were written.
 */
export function unquote(raw: string): string {
  const quote = quoteOf(raw);
  if (quote === undefined) return raw;
  const inner = raw.slice(quote.length, raw.length - quote.length);
  const parts: string[] = [];
  let end = 0;
  for (const piece of escapesIn(inner, quote)) {
    parts.push(inner.slice(end, piece.index), piece.text);
    end = piece.index + piece.length;
  }
  return parts.length === 0 ? inner : parts.join('') + inner.slice(end);
}

/** Offset in the text as written of the character at an offset in its meaning. */
export function rawOffset(raw: string, valueOffset: number): number {
  const quote = quoteOf(raw);
  if (quote === undefined) return valueOffset;
  let offset = valueOffset + quote.length;
  // Each escape that lies wholly before the character took more room in the script than in the value.
  let shrunk = 0;
  for (const piece of escapesIn(raw.slice(quote.length, raw.length - quote.length), quote)) {
    if (piece.index - shrunk + piece.text.length > valueOffset) break;
    shrunk += piece.length - piece.text.length;
    offset += piece.length - piece.text.length;
  }
  return offset;
}

interface Escape {
  readonly index: number;
  readonly length: number;
  readonly text: string;
}

function escapesIn(inner: string, quote: Quote): Escape[] {
  if (quote.length === 3) return [];
  if (quote === '`')
    return Array.from(inner.matchAll(/``/g), ({ index }) => ({ index, length: 2, text: '`' }));
  // Backslashes right before a quote, of which the closing one is no longer in the inner text, and that quote.
  const runs = quote === '"' ? /\\+(?:"|$)/g : /\\+(?:'|$)/g;
  return Array.from(inner.matchAll(runs)).flatMap((run) =>
    Array.from(run[0].matchAll(/\\[\s\S]/g), (pair) => ({
      index: run.index + pair.index,
      length: 2,
      text: pair[0][1]!,
    })),
  );
}

/**
 * The quoted text that begins at the offset, quotes included.
 * @returns undefined where it is never closed
 */
export function matchQuoted(text: string, offset: number, quote: Quote): string | undefined {
  if (!text.startsWith(quote, offset)) return undefined;
  const start = offset + quote.length;
  if (quote.length === 3) {
    const end = text.indexOf(quote, start);
    return end < 0 ? undefined : text.slice(offset, end + quote.length);
  }
  const stops = quote === '`' ? /`/g : quote === '"' ? /["\\]/g : /['\\]/g;
  stops.lastIndex = start;
  for (let stop = stops.exec(text); stop !== null; stop = stops.exec(text)) {
    if (stop[0] === '\\') stops.lastIndex = stop.index + 2;
    else if (quote === '`' && text[stop.index + 1] === '`') stops.lastIndex = stop.index + 2;
    else return text.slice(offset, stop.index + 1);
  }
  return undefined;
}
