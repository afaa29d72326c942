import { z } from 'zod';
import { ArmFault } from '../arm/fault.ts';
import type { Asked, Route } from '../http/exchange.ts';
import type { ManualEmulatorClock, EmulatorClock } from '../time/emulator-clock.ts';
import type { FaultPlan } from './fault-plan.ts';
import { faultPresets, faultPresetNames } from './presets.ts';
import { faultRuleSchema } from './rule.ts';

const planSchema = z.union([z.strictObject({ preset: z.enum(faultPresetNames) }), z.strictObject({ rules: z.array(faultRuleSchema) })]);
const advanceSchema = z.strictObject({ advanceMs: z.number().nonnegative() });

/** `/_emulator/…`: what a test steers over HTTP. No part of Azure; needs no token. */
export function controlRoutes(faults: FaultPlan, clock: EmulatorClock): Route[] {
  const read = <Out>(schema: z.ZodType<Out>, asked: Asked): Out => {
    const answer = schema.safeParse(asked.body);
    if (!answer.success) throw new ArmFault(400, 'InvalidRequestContent', z.prettifyError(answer.error));
    return answer.data;
  };
  const told = (): { status: number; body: unknown } => ({ status: 200, body: { rules: faults.rules } });
  return [
    { method: 'GET', path: '/_emulator/faults', operation: 'Emulator_GetFaults', handle: told },
    {
      method: 'PUT',
      path: '/_emulator/faults',
      operation: 'Emulator_PutFaults',
      handle: (asked) => {
        const plan = read(planSchema, asked);
        faults.use('preset' in plan ? plan.preset : plan.rules);
        return told();
      },
    },
    { method: 'DELETE', path: '/_emulator/faults', operation: 'Emulator_DeleteFaults', handle: () => (faults.clear(), told()) },
    {
      method: 'GET',
      path: '/_emulator/presets',
      operation: 'Emulator_ListPresets',
      handle: () => ({ status: 200, body: { value: Object.entries(faultPresets).map(([name, { text, rules }]) => ({ name, text, rules })) } }),
    },
    {
      method: 'POST',
      path: '/_emulator/clock',
      operation: 'Emulator_AdvanceClock',
      handle: async (asked) => {
        const { advanceMs } = read(advanceSchema, asked);
        if (!isManual(clock)) throw new ArmFault(409, 'Conflict', 'The clock of this emulator runs by itself; only a manual one can be moved.');
        await clock.advance(advanceMs);
        return { status: 200, body: { nowMs: clock.nowMs() } };
      },
    },
  ];
}

function isManual(clock: EmulatorClock): clock is ManualEmulatorClock {
  return 'advance' in clock;
}
