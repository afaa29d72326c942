export { driver } from './driver.ts';
export { aciConfigSchema } from './config.ts';
export type { AciConfig } from './config.ts';
