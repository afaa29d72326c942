export { createSlurmDriver, driver } from './driver.ts';
export type { SlurmDriverOptions } from './driver.ts';
export type { Around, CommandCall } from './shell.ts';
export { slurmConfigSchema, slurmJobSchema } from './config.ts';
export type { SlurmConfig, SlurmJob } from './config.ts';
