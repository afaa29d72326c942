import type { Check } from '../conformance/check.ts';
import { abortChecks } from './abort.ts';
import { answerChecks } from './answers.ts';
import { concurrencyChecks } from './concurrency.ts';
import { endingChecks } from './endings.ts';
import { inspectChecks } from './inspect.ts';
import { lifecycleChecks } from './lifecycle.ts';
import { logChecks } from './logs.ts';
import { onceChecks } from './once.ts';
import { outputChecks } from './outputs.ts';
import { ownedChecks } from './owned.ts';
import { processChecks } from './processes.ts';
import { secretChecks } from './secrets.ts';
import { serviceChecks } from './services.ts';
import { serviceEdgeChecks } from './service-edges.ts';
import { stageChecks } from './stages.ts';
import { staticChecks } from './static-part.ts';
import { targetChecks } from './target.ts';

/** Every conformance check, in the order in which they run: from what is cheap to what costs a job or a service. */
export const allChecks: readonly Check[] = [
  ...staticChecks,
  ...targetChecks,
  ...onceChecks,
  ...processChecks,
  ...abortChecks,
  ...inspectChecks,
  ...endingChecks,
  ...stageChecks,
  ...logChecks,
  ...outputChecks,
  ...ownedChecks,
  ...lifecycleChecks,
  ...concurrencyChecks,
  ...serviceChecks,
  ...serviceEdgeChecks,
  ...secretChecks,
  ...answerChecks,
];
