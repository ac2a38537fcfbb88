// A few stories of the whole cluster; `npm run test:simulation` tells many (see README.md).
import { describe, expect, it } from 'vitest';
import { PLANTED } from './planted.js';
import { Story } from './story.js';

describe('a cluster in a storm', () => {
  it('keeps its promises', { timeout: 120_000 }, async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { violation, events } = await new Story(seed).run();
      expect(violation, `seed ${seed}\n${events.join('\n')}`).toBeUndefined();
    }
  });

  it('tells the same story for the same seed, and another for another', { timeout: 120_000 }, async () => {
    const trace = async (seed: number): Promise<string> => (await new Story(seed).run()).trace;
    expect(await trace(11)).toBe(await trace(11));
    expect(await trace(11)).not.toBe(await trace(12));
  });

  it('catches a bug that is planted', { timeout: 120_000 }, async () => {
    const { violation } = await new Story(1, PLANTED['publish-before-models']).run();
    expect(violation).toMatch(/is published, but .* is not there/);
  });
});
