import type { Destino, Job } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';

/**
 * The job that is meant: by name or id, by a beginning of its name that no other has, or the last one when none is
 * named. @throws `not-found`, `config-invalid` with the candidates when several are meant.
 */
export async function findJob(destino: Destino, name: string | undefined): Promise<Job> {
  if (name === undefined || name === '-') return await lastJob(destino);
  const exact = await destino.engine.job(name);
  if (exact !== undefined) return exact;
  const { items } = await destino.engine.jobs({ prefix: name, newestFirst: true, limit: 10 });
  const [only, second] = items;
  if (only === undefined) throw new DestinoError('not-found', `there is no job '${name}' in workspace ${destino.workspace.name}`, { hint: 'see which there are: destino job list' });
  if (second !== undefined) {
    throw new DestinoError('config-invalid', `several jobs begin with '${name}': ${items.map((job) => job.name).join(', ')}`, { hint: `write more of the name: ${only.name}` });
  }
  return (await destino.engine.job(only.id)) ?? only;
}

async function lastJob(destino: Destino): Promise<Job> {
  const [last] = (await destino.engine.jobs({ newestFirst: true, limit: 1 })).items;
  if (last === undefined) throw new DestinoError('not-found', `workspace ${destino.workspace.name} has no jobs yet`, { hint: 'destino run -- echo hello' });
  return (await destino.engine.job(last.id)) ?? last;
}
