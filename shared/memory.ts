// How much memory this process may take.
import { totalmem } from 'node:os';

/** What the container allows, or where there is none the machine has. */
export function memoryAllowed(): number {
  return memoryLimit(process.constrainedMemory(), totalmem());
}

/** The smaller of a cgroup's limit and the machine's memory; a cgroup without a limit says 0 or an absurd number. */
export function memoryLimit(constrainedBytes: number | undefined, totalBytes: number): number {
  return constrainedBytes === undefined || constrainedBytes <= 0
    ? totalBytes
    : Math.min(constrainedBytes, totalBytes);
}
