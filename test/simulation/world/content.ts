// What a model of the simulation holds: which attempt made it. So every reader can tell whose bytes he got.
import { createHash } from 'node:crypto';

export function modelText(id: {
  readonly jobId: string;
  readonly algIndex: number;
  readonly attempt: number;
}): string {
  return `model of ${id.jobId}/${id.algIndex} by attempt ${id.attempt}`;
}

const known = new Map<string, string>();

export function sha256(text: string): string {
  let hash = known.get(text);
  if (hash === undefined) {
    if (known.size > 10_000) known.clear();
    hash = createHash('sha256').update(text).digest('hex');
    known.set(text, hash);
  }
  return hash;
}
