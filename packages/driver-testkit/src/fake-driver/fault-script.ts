import { z } from 'zod';
import { DestinoError, errorCodeSchema } from '@destino/core/errors';
import type { SeededRandom } from '../seeded-random.ts';
import type { CallHooks, CallIo, CallTweak, FakeCall } from './call-hooks.ts';

const when = z.enum(['before', 'after']).default('before');

/** What goes wrong. `after` the effect means that the answer is lost while the effect stands. */
const faultSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('throw'), when, code: errorCodeSchema.default('unavailable'), message: z.string().default('injected'), retryAfterMs: z.int().nonnegative().optional() }),
  z.strictObject({ do: z.literal('hang'), when }),
  z.strictObject({ do: z.literal('delay'), when, ms: z.int().nonnegative() }),
  z.strictObject({ do: z.literal('busy'), retryAfterMs: z.int().nonnegative().default(1000) }),
  z.strictObject({ do: z.literal('stale'), ms: z.int().nonnegative() }),
  z.strictObject({ do: z.literal('absent') }),
]);
export type Fault = z.infer<typeof faultSchema>;

const ruleSchema = z.strictObject({
  /** `jobs.submit`, `jobs.*`, or `*`. */
  op: z.string().default('*'),
  key: z.string().optional(),
  host: z.string().optional(),
  /** Only these attempts of the op and key, from 1 on. */
  attempts: z.array(z.int().positive()).optional(),
  /** Only with this probability, drawn from the script's seed. */
  chance: z.number().min(0).max(1).default(1),
  /** At most so many times in all. */
  times: z.int().positive().optional(),
  fault: faultSchema,
});

/** A schedule of faults as data: every rule that fits a call is applied, in order. */
export const faultScriptSchema = z.array(ruleSchema);
export type FaultScript = z.infer<typeof faultScriptSchema>;
export type FaultScriptInput = z.input<typeof faultScriptSchema>;

type Rule = FaultScript[number];

function fits(rule: Rule, call: FakeCall): boolean {
  const op = rule.op === '*' || rule.op === call.op || (rule.op.endsWith('.*') && call.op.startsWith(rule.op.slice(0, -1)));
  const named = (rule.key ?? call.key) === call.key && (rule.host ?? call.host) === call.host;
  return op && named && (rule.attempts === undefined || rule.attempts.includes(call.attempt));
}

async function suffer(fault: Fault, call: FakeCall, io: CallIo): Promise<CallTweak> {
  switch (fault.do) {
    case 'throw':
      throw new DestinoError(fault.code, `${call.op}, attempt ${call.attempt}: ${fault.message}`, { retryAfterMs: fault.retryAfterMs });
    case 'hang':
      return await new Promise<never>(() => undefined);
    case 'delay':
      await io.clock.sleep(fault.ms, io.signal === undefined ? {} : { signal: io.signal });
      return {};
    case 'busy':
      return { busy: { reason: { code: 'injected', text: 'the fault script says busy' }, retryAfterMs: fault.retryAfterMs } };
    case 'stale':
      return { staleMs: fault.ms };
    case 'absent':
      return { absent: true };
    default:
      return fault satisfies never;
  }
}

export interface FaultHooks extends CallHooks {
  /** How often each rule took effect, in the order of the script. */
  readonly hits: readonly number[];
}

/** Makes hooks out of a script. The same script and seed give the same faults for the same order of calls. */
export function faultHooks(input: FaultScriptInput, random?: SeededRandom): FaultHooks {
  const script = faultScriptSchema.parse(input);
  const hits = script.map(() => 0);
  const hit = (rule: Rule, index: number, call: FakeCall): boolean => {
    if (!fits(rule, call) || (rule.times !== undefined && (hits[index] ?? 0) >= rule.times)) return false;
    if (rule.chance < 1 && !(random?.chance(rule.chance) ?? false)) return false;
    hits[index] = (hits[index] ?? 0) + 1;
    return true;
  };
  const apply = async (place: 'before' | 'after', call: FakeCall, io: CallIo): Promise<CallTweak> => {
    const tweaks: CallTweak[] = [];
    for (const [index, rule] of script.entries()) {
      const at = 'when' in rule.fault ? rule.fault.when : 'before';
      if (at === place && hit(rule, index, call)) tweaks.push(await suffer(rule.fault, call, io));
    }
    return Object.assign({}, ...tweaks) as CallTweak;
  };
  return {
    before: (call, io) => apply('before', call, io),
    after: async (call, io) => void (await apply('after', call, io)),
    hits,
  };
}
