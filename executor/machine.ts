// What the machine, or the container, gives this process: processors, memory, graphics cards.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { memoryAllowed } from '../shared/memory.js';

/** What tasks may use here. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Values for CUDA_VISIBLE_DEVICES, one a card. */
  readonly gpuDevices: readonly string[];
}

/**
 * Looks at affinity, cgroup limits and device files.
 * @param env - CUDA_VISIBLE_DEVICES in it restricts the cards
 */
export function inspectMachine(env: NodeJS.ProcessEnv): Machine {
  const quota = cpuQuota(readText);
  const cpus = availableParallelism();
  return {
    cpus: quota === undefined ? cpus : Math.min(cpus, quota),
    memoryBytes: memoryAllowed(),
    gpuDevices: gpuDevices(env.CUDA_VISIBLE_DEVICES, listDevices()),
  };
}

/**
 * Processors that the cgroup's quota allows, version 2 or 1. Undefined: no quota.
 * @param read - a file's text, undefined where there is none
 */
export function cpuQuota(read: (path: string) => string | undefined): number | undefined {
  const version2 = read('/sys/fs/cgroup/cpu.max');
  const [quotaText, periodText] =
    version2 !== undefined
      ? version2.trim().split(/\s+/)
      : [
          read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')?.trim(),
          read('/sys/fs/cgroup/cpu/cpu.cfs_period_us')?.trim(),
        ];
  const quota = Number(quotaText);
  const period = Number(periodText);
  return quota > 0 && period > 0 ? quota / period : undefined;
}

/** The cards a process may use: those that the variable names, else all. */
export function gpuDevices(visible: string | undefined, devices: readonly string[]): string[] {
  if (visible === undefined) return [...devices];
  const named = visible.split(',').map((device) => device.trim());
  // CUDA itself stops at the first name that is not one; "-1" and "" mean none.
  const end = named.findIndex((device) => device === '' || device === '-1');
  return end < 0 ? named : named.slice(0, end);
}

function listDevices(): string[] {
  try {
    const names = readdirSync('/dev').map((name) => /^nvidia(\d+)$/.exec(name)?.[1]);
    return names.filter((name) => name !== undefined).sort((a, b) => Number(a) - Number(b));
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
