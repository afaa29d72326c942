import type { StateStoreCheck } from './check.ts';
import { claimChecks } from './claim-checks.ts';
import { commitChecks } from './commit-checks.ts';
import { createChecks } from './create-checks.ts';
import { listChecks } from './list-checks.ts';
import { progressChecks } from './progress-checks.ts';
import { removalChecks } from './removal-checks.ts';
import { requestChecks } from './request-checks.ts';
import { sessionChecks } from './session-checks.ts';


/** What every `StateStore` does, as data: run each against a fresh store, with any test runner or none. */
export const stateStoreChecks: readonly StateStoreCheck[] = [
  ...sessionChecks,
  ...claimChecks,
  ...createChecks,
  ...commitChecks,
  ...requestChecks,
  ...progressChecks,
  ...listChecks,
  ...removalChecks,
];
