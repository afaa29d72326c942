import { processRunner } from './process-runner.ts';
import type { Runner } from './runner.ts';

/** Docker where a daemon answers, else processes; or what the caller says. */
export async function chooseRunner(wanted: Runner | 'docker' | 'process' | undefined): Promise<Runner> {
  if (typeof wanted === 'object') return wanted;
  if (wanted === 'process') return processRunner();
  const { dockerAnswers, dockerRunner } = await import('./docker-runner.ts');
  if (wanted === 'docker' || (await dockerAnswers())) return dockerRunner();
  return processRunner();
}
