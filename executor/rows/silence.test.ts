import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.js';
import { Silence } from './silence.js';

function listening(): { clock: ManualClock; silence: Silence; rang: () => number } {
  const clock = new ManualClock();
  let rang = 0;
  const silence = new Silence(clock, 90_000, () => {
    rang += 1;
  });
  return { clock, silence, rang: () => rang };
}

test('nothing for so long is told once', () => {
  const { clock, silence, rang } = listening();
  clock.advance(60_000);
  silence.news();
  clock.advance(89_999);
  expect(rang()).toBe(0);
  clock.advance(1);
  expect(rang()).toBe(1);
  clock.advance(1_000_000);
  expect([rang(), clock.pending]).toEqual([1, 0]);
});

test('a receiver that takes an hour for what came makes nobody silent', async () => {
  const { clock, silence, rang } = listening();
  let done = (): void => undefined;
  const working = silence.during(new Promise<void>((resolve) => (done = resolve)));
  clock.advance(3_600_000);
  done();
  await working;
  clock.advance(89_999);
  expect(rang()).toBe(0);
  clock.advance(1);
  expect(rang()).toBe(1);
});

test('nothing rings once it has ended', () => {
  const { clock, silence, rang } = listening();
  silence.end();
  clock.advance(1_000_000);
  expect([rang(), clock.pending]).toEqual([0, 0]);
});
