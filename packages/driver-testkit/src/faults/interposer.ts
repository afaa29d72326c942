import type { CallOptions, Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Interposer } from '../conformance/subject.ts';
import { waitUnlessAborted } from '../fake-driver/call-hooks.ts';
import { faultHooks, faultScriptSchema, type FaultScriptInput } from '../fake-driver/fault-script.ts';
import { createSeededRandom } from '../seeded-random.ts';

/** One call of a driver's own to its remote side: a command, a request. `op` is the driver's word for it. */
export type InterposedCall = { op: string; key?: string };

export type FaultInterposerOptions = {
  /** What goes wrong, in the driver's own words for its calls; `throw`, `hang` and `delay` only. */
  script: FaultScriptInput;
  /** The same seed gives the same faults for the same order of calls. Print it. */
  seed: number;
  clock: Clock;
  /** The call whose answer is the answer of `jobs.submit`. */
  submitOp: string;
};

/** Stands between any driver and its remote side, and breaks calls before and after their effect by a seeded schedule. */
export interface FaultInterposer extends Interposer {
  readonly seed: number;
  /** How often each rule of the script took effect, in its order. */
  readonly hits: readonly number[];
  /** Runs one call of the driver, or breaks it. */
  around<T>(call: InterposedCall, effect: () => Promise<T>, options?: CallOptions): Promise<T>;
  /** From now on, or no longer, faults of the script come to pass. On at first. */
  enable(on: boolean): void;
}

/** @throws an error for a script with faults that only a fake remote knows how to show. */
export function createFaultInterposer({ script, seed, clock, submitOp }: FaultInterposerOptions): FaultInterposer {
  const unfit = faultScriptSchema.parse(script).find(({ fault }) => !['throw', 'hang', 'delay'].includes(fault.do));
  if (unfit !== undefined) throw new Error(`a call to a real remote side cannot be made '${unfit.fault.do}'`);
  const hooks = faultHooks(script, createSeededRandom(seed));
  const attempts = new Map<string, number>();
  let [on, losing] = [true, false];
  return {
    seed,
    hits: hooks.hits,
    enable: (wanted) => void (on = wanted),
    loseNextAnswer: () => void (losing = true),
    around: async ({ op, key }, effect, options = {}) => {
      const name = `${op} ${key ?? ''}`;
      const attempt = (attempts.get(name) ?? 0) + 1;
      attempts.set(name, attempt);
      const call = { op, attempt, host: 'here', ...(key !== undefined && { key }) };
      const io = { clock, ...(options.signal !== undefined && { signal: options.signal }) };
      if (on) await waitUnlessAborted(hooks.before?.(call, io), options.signal);
      const answer = await effect();
      if (losing && op === submitOp) {
        losing = false;
        throw new DestinoError('unavailable', 'the connection broke before the answer');
      }
      if (on) await waitUnlessAborted(hooks.after?.(call, io), options.signal);
      return answer;
    },
  };
}

/** Ways of a bad network and a busy service: slow, reset before and after the effect, refusals, calls without an end. */
export const badNetwork: FaultScriptInput = [
  { chance: 0.08, fault: { do: 'delay', ms: 300 } },
  { chance: 0.06, fault: { do: 'throw', message: 'reset before the effect' } },
  { chance: 0.06, fault: { do: 'throw', when: 'after', message: 'reset after the effect' } },
  { chance: 0.04, fault: { do: 'throw', code: 'throttled', message: 'too many requests', retryAfterMs: 200 } },
  { chance: 0.01, fault: { do: 'hang' } },
  { chance: 0.01, fault: { do: 'hang', when: 'after' } },
];
