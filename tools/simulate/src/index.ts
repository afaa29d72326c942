export { mutants } from './mutants/mutants.ts';
export type { Mutant } from './mutants/mutants.ts';
export { tryMutant } from './mutants/try-mutant.ts';
export type { MutantOutcome } from './mutants/try-mutant.ts';
export { runSeed } from './run-seed.ts';
export type { SeedOptions, SeedResult } from './run-seed.ts';
export { runSeeds } from './run-seeds.ts';
