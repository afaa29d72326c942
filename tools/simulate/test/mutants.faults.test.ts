import { afterAll, describe, expect, it } from 'vitest';
import { mutants, tryMutant } from '@destino/simulate';

const seeds = 300;
const table: string[] = [];

afterAll(() => void process.stdout.write(`${table.join('\n')}\n`));

describe('the simulation of every mutant', () => {
  it.each(mutants.map(({ name }) => name))('notices when %s', { timeout: 600_000 }, async (name) => {
    const outcome = await tryMutant(name, { seeds });
    table.push('seed' in outcome ? `${name} → seed ${outcome.seed} → ${outcome.violation}` : `${name} → not seen in ${seeds} seeds`);
    expect(outcome).toMatchObject({ violation: expect.any(String) });
  });
});
