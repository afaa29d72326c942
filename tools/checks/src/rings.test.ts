import { describe, expect, it } from 'vitest';
import { ringOf } from './rings.ts';

describe('ringOf', () => {
  it.each([
    ['src/a.test.ts', undefined],
    ['src/a.real.test.ts', 'real'],
    ['src/a.truth.test.ts', 'truth'],
    ['src/a.faults.test.ts', 'faults'],
    ['src/map-state.toString.test.ts', undefined],
  ])('puts %s into the ring %s', (path, ring) => {
    expect(ringOf(path)).toBe(ring);
  });
});
