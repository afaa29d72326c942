import type { Destino, Job } from '@destino/runtime';
import { isTerminalJobState } from '@destino/core/model';
import type { CommandContext } from './command-context.ts';

/** Leaves a job to the background agent, or says that nobody supervises and what that means. Answers the job as it is. */
export async function leave({ console }: CommandContext, destino: Destino, name: string): Promise<Job> {
  const handed = await destino.handOver([name]);
  const job = await destino.engine.job(name);
  if (job === undefined) throw new Error(`job ${name} is gone`);
  if (isTerminalJobState(job.state)) {
    console.note(`  ${job.name} has ended: ${job.state}`);
    return job;
  }
  if (handed.supervisedBy === 'nobody') {
    console.alert(`! nobody supervises ${name} now: ${handed.reason}`);
    console.alert('  what runs goes on by itself; retries, and what its end brings, wait for the next destino command here');
  }
  console.note(`  come back with: destino logs -f ${name}`);
  return job;
}
