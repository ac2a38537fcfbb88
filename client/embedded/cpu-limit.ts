// How many processors a container may use: its cgroup says it, not the machine.
import { readFileSync } from 'node:fs';

/** The machine's processors, or fewer where the cgroup (v2, then v1) limits them. */
export function cpuLimit(
  processors: number,
  read: (path: string) => string | undefined = readOptional,
): number {
  const [quotaV2, periodV2] = read('/sys/fs/cgroup/cpu.max')?.trim().split(' ') ?? [];
  const quota = Number(quotaV2 ?? read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'));
  const period = Number(periodV2 ?? read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  // "max" and -1 mean no limit.
  return quota > 0 && period > 0 ? Math.min(processors, quota / period) : processors;
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
