export { runSeed } from './run-seed.ts';
export type { SeedOptions, SeedResult } from './run-seed.ts';
