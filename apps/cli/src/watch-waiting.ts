import type { Destino, Job } from '@destino/runtime';
import { isTerminalJobState, isWaitingJobState } from '@destino/core/model';
import type { Console } from './render/console.ts';
import { reasonText } from './render/job.ts';

const firstLookMs = 400;
const lookEveryMs = 1000;

/** While a job waits, tells why, once for each reason. */
export function watchWaiting(console: Console, destino: Destino, job: Job, signal: AbortSignal): { stop(): void } {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const told = new Set<string>();
  const watch = async (): Promise<void> => {
    for (let waitMs = firstLookMs; ; waitMs = lookEveryMs) {
      await destino.clock.sleep(waitMs, { signal: ended });
      const now = await destino.engine.job(job.id);
      if (now === undefined || isTerminalJobState(now.state)) return;
      const reason = isWaitingJobState(now.state) ? reasonText(now) : '';
      if (reason !== '' && !told.has(reason)) console.note(`  ${now.state}: ${reason}`);
      told.add(reason);
    }
  };
  watch().catch((error: unknown) => {
    if (!ended.aborted) destino.logger.warn('cli.watch-failed', { error: String(error) });
  });
  return { stop: () => stop.abort() };
}
