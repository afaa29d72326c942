import type { z } from 'zod';
import { errorToData } from '../errors/index.ts';
import { isWaitingJobState, type Handle, type JobInspection, type ServiceInspection } from '../model/index.ts';
import { contractFault, readAs, stamped } from './guard-errors.ts';
import { handleIn, handleOut } from './guard-handles.ts';
import type { CallName, GuardScope } from './guard-options.ts';

type Inspection = JobInspection | ServiceInspection;

type Asked = { handle: Handle; migrated: boolean } | { error: unknown };

function readAsked(value: Handle, scope: GuardScope, call: CallName): Asked {
  try {
    const handle = handleIn(value, scope, call);
    return { handle, migrated: handle.stateVersion !== value.stateVersion };
  } catch (error) {
    return { error };
  }
}

function readAnswer<Answer extends Inspection>(value: unknown, asked: Handle, ids: ReadonlySet<string>, schema: z.ZodType<Answer>, scope: GuardScope, call: CallName): Answer {
  const answer = readAs(schema, value, `the answer for the handle '${asked.id}'`, scope, call);
  if (answer.seen !== 'yes') return answer;
  const state: string = answer.state;
  if (isWaitingJobState(state as 'queued') && answer.reasons.length === 0) throw contractFault(scope, call, `the job '${asked.id}' is ${state} without a reason`);
  if (answer.handle === undefined) return answer;
  const handle = handleOut(answer.handle, scope, call);
  if (handle.id !== asked.id && ids.has(handle.id)) throw contractFault(scope, call, `the answer for '${asked.id}' is that of '${handle.id}'`);
  return { ...answer, handle };
}

/**
 * Asks about the handles that this driver can read, and answers all of them in the order asked: one that cannot be
 * read, and one whose answer is out of contract, is `unknown` with the error, so that it does not hide the others.
 * @throws `contract` when the number of answers is wrong or more handles are asked than `traits.batch`.
 */
export async function inspectAll<Answer extends Inspection>(
  handles: readonly Handle[],
  schema: z.ZodType<Answer>,
  scope: GuardScope,
  call: CallName,
  ask: (readable: Handle[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const { batch } = scope.driver.traits;
  if (handles.length > batch) throw contractFault(scope, call, `it was asked about ${handles.length} handles; the most is ${batch}`);
  const asked = handles.map((handle) => readAsked(handle, scope, call));
  const readable = asked.flatMap((each) => ('handle' in each ? [each.handle] : []));
  const answers: unknown = readable.length === 0 ? [] : await ask(readable);
  if (!Array.isArray(answers) || answers.length !== readable.length) {
    throw contractFault(scope, call, `it answered ${Array.isArray(answers) ? answers.length : 'no list'} for ${readable.length} handles`);
  }
  const ids = new Set(readable.map((handle) => handle.id));
  const unknown = (error: unknown): Answer => ({ seen: 'unknown', error: errorToData(stamped(error, scope, call)) }) as Answer;
  let next = 0;
  return asked.map((each): Answer => {
    if ('error' in each) return unknown(each.error);
    try {
      const answer = readAnswer(answers[next++], each.handle, ids, schema, scope, call);
      return each.migrated && answer.seen === 'yes' && answer.handle === undefined ? { ...answer, handle: each.handle } : answer;
    } catch (error) {
      return unknown(error);
    }
  });
}
