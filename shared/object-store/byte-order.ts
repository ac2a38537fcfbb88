// Byte order of keys. JavaScript compares UTF-16 units, which differs from UTF-8 only where surrogates are involved.

/** Order of two texts by their UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // A surrogate starts a character above U+FFFF, which is behind every character that is one unit long.
    const leftHigh = isSurrogate(left);
    if (leftHigh !== isSurrogate(right)) return leftHigh ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
