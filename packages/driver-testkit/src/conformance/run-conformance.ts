import type { Check } from './check.ts';
import { reasonNotToRun } from './check.ts';
import { allChecks } from '../checks/all-checks.ts';
import { CheckFailure } from './assert.ts';
import type { ConformanceSubject } from './subject.ts';
import { createTrial } from './trial.ts';

export type CheckResult = { id: string; sentence: string; outcome: 'passed' | 'failed'; message?: string; durationMs: number };

/** What the checks found of one driver; data, for a command line, a page or a test. */
export type ConformanceReport = {
  kind: string;
  passed: number;
  failed: number;
  notRun: { id: string; reason: string }[];
  checks: CheckResult[];
};

/** Moves a manual clock on while `work` goes on. */
async function driveWhile<T>(subject: ConformanceSubject, work: Promise<T>): Promise<T> {
  const { drive } = subject;
  if (drive === undefined) return await work;
  let done = false;
  const ended = work.finally(() => (done = true));
  const driving = (async () => {
    while (!done) await drive.call(subject);
  })();
  await Promise.allSettled([ended, driving]);
  return await ended;
}

async function withinPatience(subject: ConformanceSubject, run: Promise<void>): Promise<void> {
  const limitMs = 4 * (subject.patienceMs ?? 30_000);
  const over = new AbortController();
  const limit = subject.clock.sleep(limitMs, { signal: over.signal }).then(() => {
    throw new CheckFailure(`it did not end within ${limitMs} ms`);
  });
  limit.catch(() => undefined);
  try {
    await Promise.race([run, limit]);
  } finally {
    over.abort();
  }
}

/** Runs one check that applies. Never rejects: what the driver does wrong is the result. */
export async function runCheck(check: Check, subject: ConformanceSubject): Promise<CheckResult> {
  const { id, sentence } = check;
  const startMs = subject.clock.monotonicMs();
  const trial = createTrial(subject);
  const attempt = async (): Promise<void> => {
    try {
      await withinPatience(subject, check.run(trial));
    } finally {
      await withinPatience(subject, trial.cleanUp());
    }
  };
  try {
    await driveWhile(subject, attempt());
    return { id, sentence, outcome: 'passed', durationMs: subject.clock.monotonicMs() - startMs };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, sentence, outcome: 'failed', message, durationMs: subject.clock.monotonicMs() - startMs };
  }
}

/** Runs every check that the driver's declarations call for, one after the other, or those named in `only`. */
export async function runConformance(subject: ConformanceSubject, options: { only?: readonly string[] } = {}): Promise<ConformanceReport> {
  const notRun: ConformanceReport['notRun'] = [];
  const checks: CheckResult[] = [];
  for (const check of allChecks) {
    if (options.only !== undefined && !options.only.includes(check.id)) continue;
    const reason = reasonNotToRun(check, subject);
    if (reason !== undefined) notRun.push({ id: check.id, reason });
    else checks.push(await runCheck(check, subject));
  }
  const failed = checks.filter((check) => check.outcome === 'failed').length;
  return { kind: subject.driver.kind, passed: checks.length - failed, failed, notRun, checks };
}
