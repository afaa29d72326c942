import { describe, expect, it } from 'vitest';
import { changedCounts, isConformanceFile } from './conformance-counts.ts';

const file = 'packages/driver-local/test/conformance.test.ts';

describe('conformance counts', () => {
  it('are taken of conformance files in every ring', () => {
    expect([file, 'packages/driver-ssh/test/conformance.real.test.ts', 'packages/x/src/not-conformance.test.ts'].map(isConformanceFile)).toEqual([true, true, false]);
  });

  it.each([
    ['the same', 12, 12, []],
    ['fewer', 11, 12, [`${file}: 11 conformance checks passed, 12 expected; if that is right write '${file} 11' in .ci/conformance-checks.txt`]],
    ['new', 11, undefined, [`${file}: 11 conformance checks passed, none expected; if that is right write '${file} 11' in .ci/conformance-checks.txt`]],
  ])('are compared with what is written down: %s', (_, actual, expected, told) => {
    expect(changedCounts(new Map([[file, actual]]), new Map(expected === undefined ? [] : [[file, expected]]))).toEqual(told);
  });
});
