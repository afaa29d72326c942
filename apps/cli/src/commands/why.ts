import { findJob } from '../find-job.ts';
import { textArgument } from '../given.ts';
import { stateText } from '../render/job-lines.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

/** Why a job is as it is: candidate, constraint, reason, fix. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const job = await findJob(destino, textArgument(given, 'name'));
  const why = await destino.engine.why(job.id);
  if (console.json) {
    console.object({ schemaVersion: 1, ...why });
    return;
  }
  console.line(`${why.name} is ${stateText(console, why.state)}`);
  if (why.explanations.length === 0) console.line(why.state === 'succeeded' ? '  nothing stood in its way' : '  nothing holds it up');
  else console.line(table(['  CANDIDATE', 'CONSTRAINT', 'REASON', 'DO'], why.explanations.map(({ candidate, constraint, reason, fix }) => [`  ${candidate}`, constraint, reason, fix ?? ''])));
};
