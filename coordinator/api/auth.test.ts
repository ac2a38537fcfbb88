import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TokenGuard } from './auth.js';
import { TokenSource } from './token-source.js';

const clock = { now: () => Date.parse('2026-06-01T00:00:00Z') };
const guardOf = (cluster: string, joining?: string): TokenGuard =>
  new TokenGuard(
    new TokenSource({ text: cluster }, clock),
    joining === undefined ? undefined : new TokenSource({ text: joining }, clock),
    clock,
  );

describe('the token guard', () => {
  it('lets in only who carries the token', () => {
    const guard = guardOf('secret');
    for (const header of ['Bearer secret', 'bearer secret']) expect(() => guard.check(header)).not.toThrow();
    for (const header of [
      undefined,
      '',
      'secret',
      'Bearer',
      'Bearer  ',
      'Basic secret',
      'Bearer secret extra',
    ])
      expect(() => guard.check(header)).toThrow('carries no token');
    expect(() => guard.check('Bearer secret2')).toThrow('not one of this cluster');
  });

  it('refuses a call by its metadata, with what to do', () => {
    const metadata = new Metadata();
    expect(() => guardOf('secret').checkCall(metadata, 'all')).toThrowError(/no token/);
    metadata.set('authorization', 'Bearer secret');
    expect(() => guardOf('secret').checkCall(metadata, 'all')).not.toThrow();
  });

  it('lets everyone in where there is no token', () => {
    expect(() => guardOf('').check(undefined)).not.toThrow();
    // A variable that holds something else than a token is no wish for that.
    for (const text of ['# a note', ' ', '\n']) expect(() => guardOf(text)).toThrow(/holds no token/);
  });

  it('opens what an executor needs to a join token, and nothing else', () => {
    const guard = guardOf('secret', 'joins');
    expect(() => guard.check('Bearer joins', 'join')).not.toThrow();
    expect(() => guard.check('Bearer secret', 'join')).not.toThrow();
    expect(() => guard.check('Bearer joins')).toThrow('executors only');
  });

  it('refuses a token whose time is over, and takes another beside it', () => {
    const guard = guardOf('old expires=2026-05-31T23:59:59Z\nnew expires=2026-06-02T00:00:00Z');
    expect(() => guard.check('Bearer old')).toThrow('expired at 2026-05-31T23:59:59.000Z');
    expect(() => guard.check('Bearer new')).not.toThrow();
  });

  it('takes up what a file says when it has changed, and keeps what it said while it is broken', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlsql-tokens-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    let now = 0;
    let broken = 0;
    const source = new TokenSource({ file }, { now: () => now }, () => (broken += 1));
    const guard = new TokenGuard(source, undefined, clock);
    const rewrite = (text: string, at: number): void => {
      writeFileSync(file, text);
      utimesSync(file, at, at);
      now += 1_000;
    };
    rewrite('second\n', 1);
    expect(() => guard.check('Bearer first')).toThrow();
    expect(() => guard.check('Bearer second')).not.toThrow();
    rewrite('', 2);
    expect(() => guard.check('Bearer second')).not.toThrow();
    rewrite('no token at all', 3);
    expect(() => guard.check('Bearer second')).not.toThrow();
    expect(() => new TokenSource({ file }, clock)).toThrow(/line 1/);
    expect(() => new TokenSource({ file: join(folder, 'none') }, clock)).toThrow(/cannot be read/);
    expect(broken).toBe(2);
  });
});
