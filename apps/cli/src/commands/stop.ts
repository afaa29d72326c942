import { isTerminalJobState } from '@destino/core/model';
import { DestinoError } from '@destino/core/errors';
import { userInfo } from 'node:os';
import { findJob } from '../find-job.ts';
import { textArgument } from '../given.ts';
import { jobObject } from '../render/job.ts';
import { stateText } from '../render/job-lines.ts';
import type { Run } from '../table/command.ts';

/** Ends a job or a service, whichever has the name; the last job when none is named. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const name = textArgument(given, 'name');
  await destino.start();
  const services = name === undefined ? [] : (await destino.engine.services.list()).filter((service) => service.name === name);
  if (services[0] !== undefined) {
    const service = await destino.engine.services.remove(services[0].name, userInfo().username);
    if (console.json) console.object(service);
    else console.line(`${service.name}  ${stateText(console, service.state)}`);
    return;
  }
  const job = await findJob(destino, name);
  if (isTerminalJobState(job.state)) throw new DestinoError('config-invalid', `job ${job.name} has ended: ${job.state}`, { hint: 'what is at work: destino ps' });
  await destino.engine.cancel(job.id, { by: userInfo().username });
  const end = await destino.wait(job.id);
  if (console.json) console.object(jobObject(end));
  else console.line(`${end.name}  ${stateText(console, end.state)}`);
};
