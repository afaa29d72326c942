import { parseArgs } from 'node:util';
import { loadMutated } from './load-mutated.ts';
import { mutants } from './mutants.ts';

/**
 * Plays seeds against one mutant until an invariant breaks: `--mutant NAME [--first N] [--seeds N] [--steps N]`. Writes
 * one line of JSON: `{ seed, violation }`, or `{ survived }` with the number of seeds that saw nothing.
 */
const { values } = parseArgs({ options: { mutant: { type: 'string' }, first: { type: 'string', default: '1' }, seeds: { type: 'string', default: '40' }, steps: { type: 'string', default: '2000' } } });
const mutant = mutants.find(({ name }) => name === values.mutant);
if (mutant === undefined) throw new Error(`there is no mutant '${values.mutant}'; there are: ${mutants.map(({ name }) => name).join('; ')}`);

const loaded = loadMutated(mutant.replacements);
const [{ runSeed }, { Violation }] = await Promise.all([import('../run-seed.ts'), import('../ledger.ts')]);
loaded.assertLoaded();

const first = Number(values.first);
const seeds = Number(values.seeds);
let outcome: object = { survived: seeds };
for (let seed = first; seed < first + seeds; seed += 1) {
  try {
    await runSeed({ seed, steps: Number(values.steps), store: 'memory' });
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    outcome = { seed, violation: error.message };
    break;
  }
}
process.stdout.write(`${JSON.stringify(outcome)}\n`);
