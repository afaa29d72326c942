import { describe, expect, it } from 'vitest';
import { createFakeSubject } from '../fake-driver/fake-subject.ts';
import { survivesJson } from './assert.ts';
import { runConformance } from './run-conformance.ts';

describe('runConformance', () => {
  it('reports what passed, and what a declaration made needless with its reason', async () => {
    const report = await runConformance(createFakeSubject({ once: 'best-effort', driver: { unsupported: { power: 'it has no switch' } } }), { only: ['once.same-key', 'power.cycle', 'failure.exit-code'] });
    expect(report).toMatchObject({
      kind: 'fake',
      passed: 1,
      failed: 0,
      notRun: [
        { id: 'once.same-key', reason: 'the trait once is best-effort' },
        { id: 'power.cycle', reason: 'no power: it has no switch' },
      ],
      checks: [{ id: 'failure.exit-code', outcome: 'passed' }],
    });
    survivesJson(report, 'the report');
  });

  it('goes on after a failure, and says in words what was wrong', async () => {
    const subject = createFakeSubject({ driver: { deaf: true } });
    const report = await runConformance(subject, { only: ['abort.before', 'find.absent'] });
    expect(report).toMatchObject({ passed: 1, failed: 1, checks: [{ outcome: 'failed', message: "probe must reject with 'aborted', but it resolved" }, { outcome: 'passed' }] });
  });

  it('ends a check on which the driver hangs', async () => {
    const hooks = { before: ({ op }: { op: string }): Promise<undefined> | undefined => (op === 'jobs.find' ? new Promise(() => undefined) : undefined) };
    const report = await runConformance(createFakeSubject({ driver: { hooks } }), { only: ['find.absent'] });
    expect(report.checks[0]).toMatchObject({ outcome: 'failed', message: 'it did not end within 120000 ms' });
  });
});
