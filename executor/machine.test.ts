import { expect, test } from 'vitest';
import { memoryLimit } from '../shared/memory.js';
import { cpuQuota, gpuDevices, inspectMachine } from './machine.js';

test('a cgroup of version 2 or 1 limits the processors', () => {
  const files = (texts: Record<string, string>) => (path: string) => texts[path];
  expect(cpuQuota(files({ '/sys/fs/cgroup/cpu.max': '150000 100000\n' }))).toBe(1.5);
  expect(cpuQuota(files({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBeUndefined();
  const version1 = {
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  };
  expect(cpuQuota(files(version1))).toBe(0.5);
  expect(cpuQuota(files({ ...version1, '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' }))).toBeUndefined();
  expect(cpuQuota(files({}))).toBeUndefined();
});

test('memory is the smaller of limit and machine, and an absent or absurd limit is none', () => {
  expect(memoryLimit(1000, 5000)).toBe(1000);
  expect(memoryLimit(0, 5000)).toBe(5000);
  expect(memoryLimit(undefined, 5000)).toBe(5000);
  expect(memoryLimit(2 ** 63, 5000)).toBe(5000);
});

test('CUDA_VISIBLE_DEVICES restricts the cards as CUDA reads it', () => {
  expect(gpuDevices(undefined, ['0', '1'])).toEqual(['0', '1']);
  expect(gpuDevices('1, GPU-8f', ['0', '1'])).toEqual(['1', 'GPU-8f']);
  expect(gpuDevices('', ['0', '1'])).toEqual([]);
  expect(gpuDevices('0,-1,1', ['0', '1'])).toEqual(['0']);
});

test('this machine has at least something to run on', () => {
  const machine = inspectMachine({});
  expect(machine.cpus).toBeGreaterThan(0);
  expect(machine.memoryBytes).toBeGreaterThan(0);
});
