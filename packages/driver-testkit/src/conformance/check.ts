import type { CapabilityName, Traits } from '@destino/core/driver';
import type { ConformanceSubject } from './subject.ts';
import type { Trial } from './trial.ts';

/** The number of the semantic in the contract, or the part of it that has none. */
export type Semantic = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 'static' | 'data';

/** What must be declared, as data. `tools` are optional members of the subject. */
export type Needs = {
  capabilities?: readonly CapabilityName[];
  traits?: { readonly [Name in keyof Traits]?: readonly Traits[Name][] };
  tools?: readonly ('elsewhere' | 'interposer' | 'openFresh' | 'makeService' | 'sampleRequest')[];
};

/** One rule, tried. `run` throws when the driver breaks it. */
export type Check = {
  id: string;
  sentence: string;
  semantic: Semantic;
  needs?: Needs;
  run(trial: Trial): Promise<void>;
};

/** Why a check does not apply to a subject; undefined when it does. Only what is declared decides. */
export function reasonNotToRun(check: Check, subject: ConformanceSubject): string | undefined {
  const { capabilities, traits } = subject.driver;
  for (const name of check.needs?.capabilities ?? []) {
    const answer = capabilities[name];
    if (answer !== true) return `no ${name}: ${answer.unsupported}`;
  }
  for (const [name, allowed] of Object.entries(check.needs?.traits ?? {})) {
    const value = traits[name as keyof Traits];
    if (!(allowed as readonly unknown[]).includes(value)) return `the trait ${name} is ${String(value)}`;
  }
  for (const tool of check.needs?.tools ?? []) if (subject[tool] === undefined) return `the subject supplies no ${tool}`;
  return undefined;
}
