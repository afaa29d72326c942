import type { Destino } from '@destino/runtime';

const endsWithinMs = 10_000;
const lookEveryMs = 50;

/**
 * An agent has the plugins that there were when it began: after a change it ends, and where it had work another begins.
 * The jobs do not notice.
 */
export async function renewAgent(destino: Destino): Promise<void> {
  const agent = await destino.askAgent({ op: 'stop' });
  if (agent === undefined || agent.supervised === 0) return;
  for (const until = destino.clock.monotonicMs() + endsWithinMs; destino.clock.monotonicMs() < until; await destino.clock.sleep(lookEveryMs)) {
    if ((await destino.askAgent({ op: 'hello' })) === undefined) break;
  }
  await destino.bringUpAgent();
}
