import { existsSync, readFileSync } from 'node:fs';

/** How many checks passed in each conformance file, by its path in the repository. */
export type ConformanceCounts = ReadonlyMap<string, number>;

/** A driver's conformance suite: `test/conformance.test.ts`, or `test/conformance.real.test.ts` in another ring. */
export function isConformanceFile(path: string): boolean {
  return /\/conformance(\.[a-z]+)?\.test\.ts$/.test(path);
}

/** Reads `.ci/conformance-checks.txt`: lines of a file's path and its number of checks. */
export function readExpectedCounts(path: string): ConformanceCounts {
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.trim());
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/));
  return new Map(rows.map(([file = '', count = '']) => [file, Number(count)]));
}

/**
 * The files whose number of passed checks is not the one that is written down. Fewer is the fault this exists for; more
 * must be written down too, so that the next loss of one is seen.
 */
export function changedCounts(actual: ConformanceCounts, expected: ConformanceCounts): string[] {
  return [...actual].filter(([file, count]) => expected.get(file) !== count).map(
    ([file, count]) => `${file}: ${count} conformance checks passed, ${expected.get(file) ?? 'none'} expected; if that is right write '${file} ${count}' in .ci/conformance-checks.txt`,
  );
}
