import type { Destino, Job } from '@destino/runtime';
import { isTerminalJobState } from '@destino/core/model';
import type { CommandContext } from './command-context.ts';
import { leave } from './leave-job.ts';
import { createAsk } from './render/ask.ts';
import { LogWriter } from './render/log-writer.ts';
import { reasonText } from './render/job.ts';
import { endLine } from './render/end-line.ts';
import { valuesText } from './render/values.ts';
import { watchWaiting } from './watch-waiting.ts';

export type FollowOptions = { onExit: 'detach' | 'cancel' };

/** How long a second Ctrl-C still means the job and not only the following. Milliseconds. */
const secondInterruptMs = 1500;

/**
 * Follows a job to its end. Ctrl-C leaves it running, a second one asks whether to cancel it; without a terminal, and at
 * SIGTERM, `onExit` decides. Answers the job as it then is.
 */
export async function followRun(context: CommandContext, destino: Destino, job: Job, { onExit }: FollowOptions): Promise<Job> {
  const { console, signals } = context;
  const stop = new AbortController();
  const asked = { cancel: false, again: false };
  const interactive = console.isTerminal && !console.json;
  const off = signals.handle((name, count) => {
    asked.cancel ||= onExit === 'cancel' && (!interactive || name === 'SIGTERM');
    asked.again ||= interactive && count > 1;
    if (count === 1 && interactive && name === 'SIGINT') console.alert(`\n  leaving ${job.name}, which goes on; Ctrl-C again to cancel it`);
    else if (count === 1) console.alert(`  ${name}: ${asked.cancel ? 'cancelling' : 'leaving'} ${job.name} (--on-exit ${onExit})`);
    stop.abort();
  });
  try {
    const end = await follow(context, destino, job, stop.signal);
    if (end !== undefined) return end;
    if (asked.cancel) return await cancel(context, destino, job);
    const left = await leave(context, destino, job.name);
    if (interactive && !asked.again) await destino.clock.sleep(secondInterruptMs);
    if (!asked.again || isTerminalJobState(left.state)) return left;
    if (!/^y(es)?$/i.test(await createAsk()(`cancel ${job.name}?`, ['y', 'N']))) return left;
    return await cancel(context, destino, job);
  } finally {
    off();
  }
}

/** `undefined` when the signal came first. */
async function follow({ console }: CommandContext, destino: Destino, job: Job, signal: AbortSignal): Promise<Job | undefined> {
  const log = new LogWriter(console);
  const waiting = watchWaiting(console, destino, job, signal);
  try {
    for await (const chunk of destino.logs(job.id, { follow: true, signal })) log.write(chunk);
    const end = await destino.wait(job.id, { signal });
    log.end();
    endLine(console, end, await valuesText(destino, end));
    return end;
  } catch (error) {
    log.end();
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    waiting.stop();
  }
}

/** Asks for the end and sees it through: who cancels wants to know that it is over. */
async function cancel({ console }: CommandContext, destino: Destino, job: Job): Promise<Job> {
  await destino.engine.cancel(job.id);
  const end = await destino.wait(job.id);
  console.note(`${console.style('yellow', '✖')} ${end.name} ${end.state}${reasonText(end) === '' ? '' : `: ${reasonText(end)}`}`);
  return end;
}
