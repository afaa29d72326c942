import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runSeed, runSeeds } from '@destino/simulate';

const timeout = 300_000;
const stores = ['memory', 'sqlite'] as const;

describe('the engine in simulation', () => {
  it('keeps every invariant through 200 seeds of crashes, freezes and lost answers, on both stores', { timeout }, async () => {
    // Two processes, for two cores: seeds are independent of each other.
    const results = await Promise.all([runSeeds({ first: 1, seeds: 140, store: 'memory' }), runSeeds({ first: 141, seeds: 60, store: 'sqlite' })]);
    expect(results.map(({ seeds }) => seeds)).toEqual([140, 60]);
    for (const { jobs, crashes } of results) expect(Math.min(jobs, crashes)).toBeGreaterThan(60);
  });

  it.each(stores)('plays the same seed the same way again (%s)', { timeout }, async (store) => {
    const [first, second] = [await runSeed({ seed: 5, steps: 1000, store }), await runSeed({ seed: 5, steps: 1000, store })];
    expect(second).toEqual(first);
  });

  it('goes the same way whichever store it runs on', { timeout }, async () => {
    const [memory, sqlite] = [await runSeed({ seed: 6, steps: 1000, store: 'memory' }), await runSeed({ seed: 6, steps: 1000, store: 'sqlite' })];
    expect({ ...sqlite, store: '' }).toEqual({ ...memory, store: '' });
  });

  it('names the seed that failed, and the command that replays it', { timeout }, async () => {
    const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
    const broken = fileURLToPath(new URL('broken-engine.ts', import.meta.url));
    const args = ['--conditions=@destino/source', '--no-warnings', '--import', broken, program, '--quiet', '--first', '3', '--seeds', '5', '--store', 'memory'];
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/seed \d+ failed\. Replay: npm run simulate -- --first \d+ --seeds 1 --steps 2000 --store memory/),
    });
  });
});
