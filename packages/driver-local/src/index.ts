export { driver } from './driver.ts';
export { localConfigSchema } from './config.ts';
export type { LocalConfig } from './config.ts';
