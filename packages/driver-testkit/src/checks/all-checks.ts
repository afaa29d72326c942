import type { Check } from '../conformance/check.ts';
import { endingChecks } from './endings.ts';
import { inspectChecks } from './inspect.ts';
import { lifecycleChecks } from './lifecycle.ts';
import { logChecks } from './logs.ts';
import { onceChecks } from './once.ts';
import { outputChecks } from './outputs.ts';
import { ownedChecks } from './owned.ts';
import { secretChecks } from './secrets.ts';
import { serviceChecks } from './services.ts';
import { staticChecks } from './static-part.ts';
import { targetChecks } from './target.ts';

/** Every conformance check, in the order in which they run: from what is cheap to what costs a job or a service. */
export const allChecks: readonly Check[] = [
  ...staticChecks,
  ...targetChecks,
  ...onceChecks,
  ...inspectChecks,
  ...endingChecks,
  ...logChecks,
  ...outputChecks,
  ...ownedChecks,
  ...lifecycleChecks,
  ...serviceChecks,
  ...secretChecks,
];
