// Tokens as they stand in files and variables. Pure.

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970; absent: it holds for good. */
  readonly expiresMs?: number;
}

/**
 * One token a line, with `expires=2027-01-31T00:00:00Z` behind it where it does not hold for good. Several lines let a new one
 * come into use before the old one ends: whoever calls takes the first that holds.
 * @throws Error that tells the line, for one that is no token
 */
export function parseTokens(text: string): readonly Token[] {
  return text.split('\n').flatMap((line, index): readonly Token[] => {
    const [value, ...rest] = line.trim().split(/\s+/);
    if (!value || value.startsWith('#')) return [];
    if (rest.length === 0) return [{ value }];
    const match = /^expires=(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))$/.exec(rest.join(' '));
    const expiresMs = Date.parse(match?.[1] ?? '');
    if (Number.isNaN(expiresMs))
      throw new Error(`line ${index + 1}: behind a token stands expires=YYYY-MM-DDTHH:MM:SSZ or nothing`);
    return [{ value, expiresMs }];
  });
}

/** The first token that holds; empty where there is none. What is no token is sent as it is: the coordinator refuses it. */
export function tokenToSend(text: string, nowMs: number): string {
  let tokens: readonly Token[];
  try {
    tokens = parseTokens(text);
  } catch {
    return text.trim();
  }
  const valid = tokens.find(({ expiresMs }) => expiresMs === undefined || expiresMs > nowMs);
  return (valid ?? tokens.at(-1))?.value ?? '';
}
