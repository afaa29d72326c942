import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { auditLine, runKills } from '@destino/kills';
import { temporaryFolder } from './folder.ts';

const timeout = 1_200_000;

describe('an engine whose process is killed hundreds of times', () => {
  const runs = [
    { seed: 11, once: 'remote', visibleAfterMs: 0 },
    { seed: 12, once: 'guarded', visibleAfterMs: 40 },
  ] as const;
  it.each(runs)('loses nothing and runs nothing twice where submission is $once (seed $seed)', { timeout }, async ({ seed, ...remote }) => {
    const folder = await temporaryFolder();
    const result = await runKills({ seed, kills: 110, jobs: 300, remote, restMs: 120_000, place: { store: { file: join(folder, 'state.db') }, blobs: join(folder, 'blobs') } });
    process.stdout.write(`${auditLine(result)}\n`);
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ jobs: 300, lost: 0, twice: 0, wrong: 0, orphans: 0, logsWhole: result.logs });
    expect(result.kills).toBeGreaterThanOrEqual(110);
  });

  it('is seen to run jobs twice when it forgets the key of a submission under way', { timeout }, async () => {
    const folder = await temporaryFolder();
    const broken = fileURLToPath(new URL('../src/host/break-submit.ts', import.meta.url));
    const result = await runKills({ seed: 13, kills: 20, jobs: 160, restMs: 60_000, place: { store: { file: join(folder, 'state.db') }, blobs: join(folder, 'blobs') }, nodeArguments: ['--import', broken] });
    process.stdout.write(`${auditLine(result)}\n`);
    expect(result.twice).toBeGreaterThan(0);
  });
});
