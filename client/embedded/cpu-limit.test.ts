import { expect, it } from 'vitest';
import { cpuLimit } from './cpu-limit.js';

const reads = (files: Record<string, string>) => (path: string) => files[path];

it('is what the cgroup allows, of either version, and never more than the machine has', () => {
  expect(cpuLimit(8, reads({ '/sys/fs/cgroup/cpu.max': '150000 100000\n' }))).toBe(1.5);
  expect(cpuLimit(8, reads({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBe(8);
  expect(cpuLimit(2, reads({ '/sys/fs/cgroup/cpu.max': '400000 100000\n' }))).toBe(2);
  const v1 = {
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  };
  expect(cpuLimit(8, reads(v1))).toBe(2);
  expect(cpuLimit(8, reads({ ...v1, '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' }))).toBe(8);
  expect(cpuLimit(8, reads({}))).toBe(8);
});
