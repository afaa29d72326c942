import { describe, expect, it } from 'vitest';
import { guardTarget } from '@destino/core';
import { runConformance } from '../conformance/run-conformance.ts';
import type { Change } from '../mutants/mutant.ts';
import { createFakeSubject } from './fake-subject.ts';

/** Every opened target in the guard, as the engine has it. */
const guarded: Change = (driver) =>
  Object.freeze({ ...driver, open: (config, context) => guardTarget(driver.open(config, context), driver, { logger: context.logger, clock: context.clock }) } satisfies typeof driver);

describe('the fake driver behind the guard', () => {
  it.each(['remote', 'guarded', 'best-effort'] as const)('passes all that it passes without, once being %s', async (once) => {
    const report = await runConformance(createFakeSubject({ once, change: guarded }));
    expect(report.checks.filter((check) => check.outcome === 'failed')).toEqual([]);
    expect(report.passed).toBeGreaterThan(75);
  });

  it('keeps to its signals though the driver is deaf to them', async () => {
    const only = ['abort.before', 'abort.in-flight', 'abort.no-effect', 'abort.leaves-work'];
    expect(await runConformance(createFakeSubject({ driver: { deaf: true } }), { only })).toMatchObject({ failed: 2 });
    expect(await runConformance(createFakeSubject({ driver: { deaf: true }, change: guarded }), { only })).toMatchObject({ failed: 0, passed: 4 });
  });
});
