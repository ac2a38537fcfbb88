import { expect, test } from 'vitest';
import { scriptEnvironment } from './environment.js';

const context = {
  tmpDir: '/attempt/tmp',
  cpus: 2.5,
  gpuDevices: [],
  envs: {},
  fixed: { MLSQL_JOB_ID: 'job-1', MLSQL_ALG_INDEX: '0', MLSQL_ATTEMPT: '1' },
};
const own = {
  PATH: '/bin',
  HOME: '/root',
  LC_ALL: 'C',
  CUDA_HOME: '/cuda',
  MLSQL_TOKEN: 'secret',
  MLSQL_TOKEN_FILE: '/secret',
  AWS_ACCESS_KEY_ID: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'secret',
  DATABASE_URL: 'secret',
  NODE_OPTIONS: '--inspect',
  PYTHONPATH: '/elsewhere',
};

test('only what is on the list passes, never tokens nor keys', () => {
  const environment = scriptEnvironment(own, context);
  expect(environment).toMatchObject({
    PATH: '/bin',
    HOME: '/root',
    LC_ALL: 'C',
    CUDA_HOME: '/cuda',
    LANG: 'C.UTF-8',
  });
  expect(Object.values(environment)).not.toContain('secret');
  expect(environment).not.toHaveProperty('NODE_OPTIONS');
  expect(environment).not.toHaveProperty('PYTHONPATH');
});

test('the script is told who it is, and threads follow cpus', () => {
  expect(scriptEnvironment(own, context)).toMatchObject({
    MLSQL_JOB_ID: 'job-1',
    MLSQL_ALG_INDEX: '0',
    MLSQL_ATTEMPT: '1',
    PYTHONUNBUFFERED: '1',
    TMPDIR: '/attempt/tmp',
    OMP_NUM_THREADS: '2',
    OPENBLAS_NUM_THREADS: '2',
    CUDA_VISIBLE_DEVICES: '',
  });
  expect(scriptEnvironment(own, { ...context, cpus: 0.5 }).OMP_NUM_THREADS).toBe('1');
});

test('graphics cards are the ones that were given', () => {
  expect(
    scriptEnvironment({ ...own, CUDA_VISIBLE_DEVICES: '0,1,2' }, { ...context, gpuDevices: ['2', '0'] }),
  ).toMatchObject({
    CUDA_VISIBLE_DEVICES: '2,0',
  });
});

test('the user’s names win, but not over who the attempt is', () => {
  const envs = {
    PATH: '/mine',
    OMP_NUM_THREADS: '8',
    AWS_ACCESS_KEY_ID: 'his own',
    MLSQL_JOB_ID: 'forged',
    PYTHONPATH: '/his',
  };
  expect(scriptEnvironment(own, { ...context, envs })).toMatchObject({
    PATH: '/mine',
    OMP_NUM_THREADS: '8',
    AWS_ACCESS_KEY_ID: 'his own',
    PYTHONPATH: '/his',
    MLSQL_JOB_ID: 'job-1',
  });
});
