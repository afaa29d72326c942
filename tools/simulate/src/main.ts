import { parseArgs } from 'node:util';
import { Violation } from './ledger.ts';
import { runSeed } from './run-seed.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '200' }, first: { type: 'string', default: '1' }, steps: { type: 'string', default: '2000' }, store: { type: 'string' }, quiet: { type: 'boolean', default: false } },
});
const first = Number(values.first);
const seeds = Number(values.seeds);
const steps = Number(values.steps);
const store = values.store === 'memory' || values.store === 'sqlite' ? values.store : undefined;

const total = { steps: 0, jobs: 0, starts: 0, crashes: 0, freezes: 0, commits: 0, refused: 0 };
for (let seed = first; seed < first + seeds; seed += 1) {
  try {
    const result = await runSeed({ seed, steps, ...(store !== undefined && { store }) });
    for (const name of ['steps', 'jobs', 'starts', 'crashes', 'freezes', 'commits', 'refused'] as const) total[name] += result[name];
    if (!values.quiet) console.log(JSON.stringify(result));
  } catch (error) {
    console.error(error instanceof Violation ? error.message : error);
    console.error(`seed ${seed} failed. Replay: npm run simulate -- --first ${seed} --seeds 1 --steps ${steps}${store === undefined ? '' : ` --store ${store}`}`);
    process.exit(1);
  }
}
console.log(JSON.stringify({ seeds, ...total }));
