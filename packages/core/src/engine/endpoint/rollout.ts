import type { Revision, RevisionChange, Rollout, Split } from './revision.ts';

/** How one deployment does, as the engine and the gateway see it. */
export type DeploymentFacts = {
  state: string;
  reason?: string | undefined;
  /** Since the bake began here: answered by the deployment, and answered with a fault of its own. */
  requests: number;
  failures: number;
};

export type RolloutStep = { change: string; revision: RevisionChange };

const leastRequests = 10;
const mostFailures = 0.05;

/**
 * What is to be done for a roll-out now; nothing while there is something to wait for. One that turns unhealthy, whose
 * answers are faulty, or that does not come up in time, is taken back by itself.
 */
export function decideRollout(revision: Revision, facts: DeploymentFacts, nowMs: number): RolloutStep | undefined {
  const { rollout } = revision;
  if (rollout === undefined) return undefined;
  return rollout.bakingSinceMs === undefined ? decideStart(revision, rollout, facts, nowMs) : decideBake(revision, rollout, rollout.bakingSinceMs, facts, nowMs);
}

function decideStart(revision: Revision, rollout: Rollout, facts: DeploymentFacts, nowMs: number): RolloutStep | undefined {
  const { deployment, percent, startedMs, healthyWithinMs } = rollout;
  if (facts.state === 'failed') return given(revision, rollout, nowMs, `${deployment} failed${facts.reason === undefined ? '' : `: ${facts.reason}`}`);
  if (facts.state !== 'healthy') return nowMs - startedMs < healthyWithinMs ? undefined : given(revision, rollout, nowMs, `${deployment} was not healthy after ${Math.round(healthyWithinMs / 1000)} s`);
  if (percent === undefined || Object.keys(rollout.before).length === 0) return finish(revision, rollout, nowMs);
  const traffic = shared(rollout.before, deployment, percent);
  return { change: `canary: ${percent} % to ${deployment} for ${Math.round(rollout.bakeMs / 1000)} s`, revision: { traffic, rollout: { ...rollout, bakingSinceMs: nowMs } } };
}

function decideBake(revision: Revision, rollout: Rollout, sinceMs: number, facts: DeploymentFacts, nowMs: number): RolloutStep | undefined {
  const { deployment } = rollout;
  if (facts.state !== 'healthy' && facts.state !== 'updating') return given(revision, rollout, nowMs, `${deployment} turned ${facts.state}${facts.reason === undefined ? '' : `: ${facts.reason}`}`);
  if (facts.requests >= leastRequests && facts.failures / facts.requests > mostFailures) return given(revision, rollout, nowMs, `${deployment} failed ${facts.failures} of ${facts.requests} requests`);
  return nowMs - sinceMs < rollout.bakeMs ? undefined : finish(revision, rollout, nowMs);
}

function finish(revision: Revision, rollout: Rollout, nowMs: number): RolloutStep {
  const goneAt = nowMs + rollout.keepWarmMs;
  const replaced = rollout.replaces.filter((name) => (rollout.final[name] ?? 0) === 0);
  const retiring = { ...revision.retiring, ...Object.fromEntries(replaced.map((name) => [name, goneAt])) };
  return { change: `${rollout.deployment} is healthy: ${splitText(rollout.final)}`, revision: { traffic: rollout.final, retiring, rollout: undefined, ended: { deployment: rollout.deployment, ok: true } } };
}

/** Back to the split before. The new one stays for a look at it, and goes when the time for that is over. */
function given(revision: Revision, rollout: Rollout, nowMs: number, why: string): RolloutStep {
  const { deployment, before, previous, keepWarmMs } = rollout;
  const retiring = Object.keys(before).length === 0 || previous !== undefined ? revision.retiring : { ...revision.retiring, [deployment]: nowMs + keepWarmMs };
  const deployments = previous === undefined ? revision.deployments : { ...revision.deployments, [deployment]: previous };
  return { change: `returned to ${splitText(before) || 'no traffic'}: ${why}`, revision: { traffic: before, deployments, retiring, rollout: undefined, ended: { deployment, ok: false } } };
}

/** The split with `percent` for one deployment and the rest among the others as before, in whole numbers that add up. */
export function shared(before: Split, deployment: string, percent: number): Split {
  const others = Object.entries(before).filter(([name, each]) => name !== deployment && each > 0);
  const total = others.reduce((sum, [, each]) => sum + each, 0);
  if (total === 0) return { [deployment]: 100 };
  let left = 100 - percent;
  const split: Split = { [deployment]: percent };
  others.forEach(([name, each], index) => {
    const part = index === others.length - 1 ? left : Math.min(left, Math.round(((100 - percent) * each) / total));
    split[name] = part;
    left -= part;
  });
  return split;
}

export function splitText(split: Split): string {
  return Object.entries(split).filter(([, percent]) => percent > 0).map(([name, percent]) => `${name}=${percent}`).join(' ');
}
