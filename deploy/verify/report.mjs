// What a try-out prints, and what it looks at.
import { setTimeout as sleep } from 'node:timers/promises';

/** Says what is being done, and how long it took. */
export async function step(title, work) {
  process.stdout.write(`${title} …\n`);
  const start = Date.now();
  await work();
  process.stdout.write(`  done in ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

export function say(line) {
  process.stdout.write(`  ${line}\n`);
}

export function check(isSo, otherwise) {
  if (!isSo) throw new Error(otherwise);
}

/** "95.4MiB" as bytes. */
export function bytesOf(text) {
  const [, number, unit] = /^([\d.]+)([KMG]?)i?B$/.exec(text) ?? [];
  return Number(number) * { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[unit];
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0).padStart(5)} MB`;

/** Looks twice a second. @throws Error where it is not so in time */
export async function until(what, isSo, timeoutMs = 90_000) {
  for (const end = Date.now() + timeoutMs; ; await sleep(500)) {
    if (await isSo()) return;
    check(Date.now() < end, `not within ${timeoutMs / 1000} s: ${what}`);
  }
}
