export { driverFiles } from './driver-files.ts';
export type { NewDriver } from './driver-files.ts';
