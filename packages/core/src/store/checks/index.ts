export { stateStoreChecks } from './state-store-checks.ts';
export { Things } from './things.ts';
export type { StateStoreCheck, StateStoreUnderTest } from './check.ts';
