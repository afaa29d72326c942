export { guardTarget } from './guard-target.ts';
export type { GuardedTarget } from './guard-target.ts';
export type { CallTrace, GuardedDriver, GuardOptions } from './guard-options.ts';
