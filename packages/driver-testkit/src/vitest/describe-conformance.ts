import { afterAll, describe, it } from 'vitest';
import { allChecks } from '../checks/all-checks.ts';
import { reasonNotToRun } from '../conformance/check.ts';
import { runCheck } from '../conformance/run-conformance.ts';
import type { ConformanceSubject } from '../conformance/subject.ts';

/**
 * Registers every check that the driver's declarations call for as a test of its own. What does not apply is told in
 * the title with its reason: it is not a skipped test, and only a declaration of the driver can bring it about.
 */
export function describeConformance(subject: ConformanceSubject): void {
  const notRun = allChecks.flatMap((check) => {
    const reason = reasonNotToRun(check, subject);
    return reason === undefined ? [] : [`${check.id} (${reason})`];
  });
  const title = notRun.length === 0 ? '' : `; not called for: ${notRun.join(', ')}`;
  describe(`conformance of '${subject.driver.kind}'${title}`, () => {
    afterAll(async () => {
      await subject.dispose?.();
    });
    for (const check of allChecks) {
      if (reasonNotToRun(check, subject) !== undefined) continue;
      it(`${check.id}: ${check.sentence}`, { timeout: 10 * (subject.patienceMs ?? 30_000) }, async () => {
        const result = await runCheck(check, subject);
        if (result.outcome === 'failed') throw new Error(`${check.id}: ${result.message}`);
      });
    }
  });
}
