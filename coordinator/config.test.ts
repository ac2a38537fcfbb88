import { describe, expect, it } from 'vitest';
import { isLoopback, readCoordinatorConfig } from './config.js';

const NEEDED = ['--store', 'file:///s', '--state', '/st'];

describe('the coordinator’s settings', () => {
  it('come from flags, then from the environment, then from defaults', () => {
    const config = readCoordinatorConfig([...NEEDED, '--listen', '[::1]:0'], {
      MLSQL_TOKEN: 't',
      MLSQL_HTTP: '127.0.0.1:9',
      MLSQL_SET_kafkaDomain: 'k:9092',
    });
    expect(config.listen).toEqual({ host: '::1', port: 0 });
    expect(config.http).toEqual({ host: '127.0.0.1', port: 9 });
    expect(config.variableDefaults.get('kafkaDomain')).toBe('k:9092');
    expect(config.leaseMs).toBe(10_000);
    expect(config.userWeights.size).toBe(0);
  });

  it.each([
    [['--store', 'file:///s'], { MLSQL_TOKEN: 't' }, /--state/],
    [['--state', '/s'], { MLSQL_TOKEN: 't' }, /--store/],
    [NEEDED, {}, /without a token/],
    [[...NEEDED, '--insecure'], { MLSQL_JOIN_TOKEN: 'j' }, /join token is given/],
    [[...NEEDED, '--listen', 'nonsense'], { MLSQL_TOKEN: 't' }, /--listen takes HOST:PORT, got "nonsense"/],
    [[...NEEDED, '--listen', 'h:70000'], { MLSQL_TOKEN: 't' }, /70000/],
    [[...NEEDED, '--nonsense'], { MLSQL_TOKEN: 't' }, /nonsense/],
    [NEEDED, { MLSQL_TOKEN: 't', MLSQL_LEASE_MS: '-1' }, /MLSQL_LEASE_MS/],
    [NEEDED, { MLSQL_TOKEN: 't', MLSQL_USER_WEIGHTS: 'ada=2,bob' }, /MLSQL_USER_WEIGHTS .* got "bob"/],
    [NEEDED, { MLSQL_TOKEN: 't', MLSQL_USER_WEIGHTS: 'ada=0' }, /MLSQL_USER_WEIGHTS/],
  ] as const)('that are wrong are named: %j', (args, env, says) => {
    expect(() => readCoordinatorConfig(args, env)).toThrowError(says);
  });

  it('name the users who have more than one share', () => {
    const env = { MLSQL_TOKEN: 't', MLSQL_USER_WEIGHTS: 'ada=2, bob=0.5' };
    expect([...readCoordinatorConfig(NEEDED, env).userWeights]).toEqual([
      ['ada', 2],
      ['bob', 0.5],
    ]);
  });

  it('know which hosts only this machine reaches', () => {
    expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '10.0.0.1', 'example.com', '127.0.0.1.evil.com'].some(isLoopback)).toBe(false);
  });
});
