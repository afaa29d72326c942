import { describe, expect, it } from 'vitest';
import { mutants, tryMutant } from '@destino/simulate';

const quick = [
  'the store lets a stale claim write',
  'submit comes before its commit',
  'one absence is taken for lost, and tried again',
  'the uncommitted tail of a log is counted',
  'an older revision of a service is applied',
  'a job is released before its log is drained',
  'a finished job is forgotten before its release',
];

describe('the simulation of an engine that is wrong', () => {
  it.each(quick)('notices when %s', { timeout: 120_000 }, async (name) => {
    expect(await tryMutant(name, { seeds: 30 })).toMatchObject({ violation: expect.any(String) });
  });

  it('refuses a mutant whose text is not in the sources any more', async () => {
    await expect(tryMutant('no such thing', { seeds: 1 })).rejects.toThrow('there is no mutant');
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});
