import type { DeployPlan, Destino } from '@destino/runtime';
import type { CommandContext } from './command-context.ts';
import { exitCodes } from './exit-code.ts';
import { endpointObject } from './render/endpoint.ts';

type Wanted = { plan: DeployPlan; since: number; wait: boolean; toTheEnd: boolean; hasRollout: boolean };

const lookEveryMs = 200;

/** Waits until a deployment is healthy and has what it is to get; Ctrl-C leaves it to the agent. Answers the exit code. */
export async function followRollout(context: CommandContext, destino: Destino, wanted: Wanted): Promise<number> {
  const { console, signals } = context;
  const { plan, wait } = wanted;
  let isLeft = false;
  const off = signals.handle(() => (isLeft = true));
  try {
    let told = '';
    while (wait && !isLeft) {
      const { state, words } = await look(destino, wanted);
      if (words !== told) console.note(`  ${words}`);
      told = words;
      if (state === 'done') return await end(context, destino, plan, exitCodes.done);
      if (state === 'returned') return await end(context, destino, plan, exitCodes.failed);
      if (state === 'baking' && !wanted.toTheEnd) break;
      await destino.clock.sleep(lookEveryMs);
    }
    if (isLeft) console.note(`  it goes on without this terminal: destino endpoint show ${plan.endpoint}`);
    return await end(context, destino, plan, isLeft ? exitCodes.running : exitCodes.done);
  } finally {
    off();
  }
}

async function look(destino: Destino, { plan, since, hasRollout }: Wanted): Promise<{ state: 'waiting' | 'baking' | 'done' | 'returned'; words: string }> {
  if (hasRollout) {
    const { state, words, endpoint } = await destino.endpoints.rollout(plan.endpoint, since);
    const seen = endpoint.deployments.find(({ name }) => name === plan.deployment);
    return { state, words: state === 'waiting' ? `${plan.deployment} ${seen?.state ?? 'deploying'}${seen?.reason === undefined ? '' : `: ${seen.reason.text}`}` : words };
  }
  const endpoint = await destino.endpoints.get(plan.endpoint);
  const seen = endpoint.deployments.find(({ name }) => name === plan.deployment);
  const words = `${plan.deployment} ${seen?.state ?? 'deploying'}${seen?.reason === undefined ? '' : `: ${seen.reason.text}`}`;
  if (endpoint.applied <= since) return { state: 'waiting', words };
  return { state: seen?.state === 'healthy' ? 'done' : seen?.state === 'failed' ? 'returned' : 'waiting', words };
}

async function end({ console }: CommandContext, destino: Destino, plan: DeployPlan, code: number): Promise<number> {
  const endpoint = await destino.endpoints.get(plan.endpoint);
  if (console.json) console.object(endpointObject(endpoint));
  else if (console.quiet) console.line(endpoint.name);
  else {
    const seen = endpoint.deployments.find(({ name }) => name === plan.deployment);
    console.line(`${plan.endpoint}/${plan.deployment}  ${seen?.state ?? 'gone'}  ${endpoint.traffic[plan.deployment] ?? 0} % of the traffic  ${endpoint.scoringUri ?? ''}`);
    if (code === exitCodes.failed) console.note(`  what it wrote: destino deployment logs ${plan.endpoint}/${plan.deployment}`);
    else console.note(`  try it: destino invoke ${plan.endpoint} --request FILE; its keys: destino endpoint keys ${plan.endpoint}`);
  }
  return code;
}
