import { capabilityProblems, type Capabilities, type Traits, type Want } from '@destino/core/driver';
import type { Problem, TargetProbe } from '@destino/core/model';

/** What the declared capabilities, narrowed by the last probe, leave undone of what is wanted. */
export function checkWant(want: Want, capabilities: Capabilities, traits: Traits, lastProbe: TargetProbe | undefined): Problem[] {
  const problems = capabilityProblems(want, capabilities, lastProbe);
  if ('job' in want && traits.once === 'best-effort') {
    const message = 'after a lost answer this job is not submitted again by itself, since the target might run it twice';
    problems.push({ severity: 'warning', path: '', code: 'best-effort', message });
  }
  return problems;
}
