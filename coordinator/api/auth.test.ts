import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { TokenGuard } from './auth.js';

describe('the token guard', () => {
  it('lets in only who carries the token', () => {
    const guard = new TokenGuard('secret');
    expect(guard.allows('Bearer secret')).toBe(true);
    expect(guard.allows('bearer secret')).toBe(true);
    for (const header of [
      undefined,
      '',
      'secret',
      'Bearer',
      'Bearer secret2',
      'Bearer  ',
      'Basic secret',
      'Bearer secret extra',
    ])
      expect(guard.allows(header)).toBe(false);
  });

  it('refuses a call by its metadata, with what to do', () => {
    const metadata = new Metadata();
    expect(() => new TokenGuard('secret').check(metadata)).toThrowError(/no token/);
    metadata.set('authorization', 'Bearer secret');
    expect(() => new TokenGuard('secret').check(metadata)).not.toThrow();
  });

  it('lets everyone in where there is no token', () => {
    expect(new TokenGuard('').allows(undefined)).toBe(true);
  });
});
