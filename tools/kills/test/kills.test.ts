import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditLine, runKills } from '@destino/kills';
import { temporaryFolder } from './folder.ts';

describe('an engine whose process is killed again and again', () => {
  it('loses no job and no log byte, runs none twice and leaves nothing behind', { timeout: 180_000 }, async () => {
    const folder = await temporaryFolder();
    const result = await runKills({ seed: 1, kills: 10, jobs: 40, lifeMs: 600, restMs: 120_000, place: { store: { file: join(folder, 'state.db') }, blobs: join(folder, 'blobs') } });
    process.stdout.write(`${auditLine(result)}\n`);
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ kills: 10, jobs: 40, lost: 0, twice: 0, wrong: 0, orphans: 0, logsWhole: result.logs });
    expect(result.logs).toBeGreaterThan(10);
  });
});
