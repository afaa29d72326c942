import { describe, expect, it } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

const draw = (seed: number): number[] => {
  const random = createSeededRandom(seed);
  return Array.from({ length: 20 }, () => random.int(0, 1_000_000));
};

describe('the seeded generator', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('spreads its numbers evenly over the whole range', () => {
    const random = createSeededRandom(3);
    const tally = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 10_000; index += 1) {
      const at = random.int(0, 9);
      tally[at] = (tally[at] ?? 0) + 1;
    }
    expect(Math.min(...tally)).toBeGreaterThan(850);
    expect(Math.max(...tally)).toBeLessThan(1150);
  });

  it('forks by name, whatever was drawn before', () => {
    const [a, b] = [createSeededRandom(4), createSeededRandom(4)];
    a.next();
    expect(a.fork('faults').bytes(8)).toEqual(b.fork('faults').bytes(8));
    expect(a.fork('faults').next()).not.toBe(a.fork('keys').next());
  });

  it('refuses to pick from nothing', () => {
    expect(() => createSeededRandom(5).pick([])).toThrow(RangeError);
  });
});
