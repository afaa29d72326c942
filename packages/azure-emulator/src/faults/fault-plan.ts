import { faultPresets, type FaultPresetName } from './presets.ts';
import { faultRuleSchema, type FaultEffect, type FaultRule, type FaultRuleInput } from './rule.ts';

/** The case that a rule may meet. */
export type FaultCase = { operation?: string; method?: string; path: string };

export interface FaultPlan {
  /** Replaces what was planned. */
  use(plan: FaultPresetName | readonly FaultRuleInput[]): void;
  clear(): void;
  /** The rule that strikes this case, counted. */
  take(effect: FaultEffect, where: FaultCase): FaultRule | undefined;
  /** Like `take`, without counting: for what holds over a span of time. */
  holds(effect: FaultEffect, where: FaultCase): FaultRule | undefined;
  readonly rules: readonly (FaultRule & { met: number; struck: number })[];
}

type Live = FaultRule & { met: number; struck: number };

export function createFaultPlan(seed: number): FaultPlan {
  const chance = randomFrom(seed);
  let rules: Live[] = [];
  return {
    use: (plan) => {
      const given: readonly FaultRuleInput[] = typeof plan === 'string' ? faultPresets[plan].rules : plan;
      rules = given.map((rule) => ({ ...faultRuleSchema.parse(rule), met: 0, struck: 0 }));
    },
    clear: () => void (rules = []),
    take: (effect, where) => {
      for (const rule of rules) {
        if (rule.effect !== effect || !fits(rule, where)) continue;
        rule.met += 1;
        if (rule.met <= rule.skip || (rule.times !== undefined && rule.struck >= rule.times)) continue;
        if (rule.probability < 1 && chance() >= rule.probability) continue;
        rule.struck += 1;
        return rule;
      }
      return undefined;
    },
    holds: (effect, where) => rules.find((rule) => rule.effect === effect && fits(rule, where)),
    get rules() {
      return rules;
    },
  };
}

function fits(rule: FaultRule, where: FaultCase): boolean {
  if (rule.methods !== undefined && !rule.methods.includes(where.method ?? '')) return false;
  if (rule.operation !== undefined && !new RegExp(rule.operation, 'i').test(where.operation ?? '')) return false;
  return rule.path === undefined || new RegExp(rule.path, 'i').test(where.path);
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
