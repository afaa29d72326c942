import type { Change, EndpointState } from './endpoint-state.ts';
import type { DeployInput, DeployPlan } from './deploy-input.ts';
import type { Decided } from './deployment-content.ts';

const defaultKeepWarmMs = 15 * 60_000;
const generated = /^v(\d+)$/;

/** The next of `v1`, `v2` …, counted over all that the endpoint had. */
export function nextName({ history }: Pick<EndpointState, 'history'>): string {
  const numbers = history.flatMap(({ deployments }) => Object.keys(deployments)).map((name) => Number(generated.exec(name)?.[1] ?? 0));
  return `v${Math.max(0, ...numbers) + 1}`;
}

/** What becomes of the endpoint by a deployment, in words and without effect. */
export function planDeployment(input: DeployInput, decided: Decided, digest: string, name: string, state: EndpointState): DeployPlan {
  const { current } = state;
  const { traffic: before, deployments } = current;
  const after = input.traffic === 'none' ? before : { [name]: 100 };
  const replaces = Object.keys(deployments).filter((each) => each !== name && generated.test(each) && input.name === undefined && input.traffic !== 'none');
  return {
    endpoint: state.name,
    newEndpoint: state.isNew,
    deployment: name,
    update: Object.hasOwn(deployments, name),
    unchanged: deployments[name] === digest,
    target: decided.target,
    ...(decided.model !== undefined && { model: decided.model }),
    copies: { min: decided.spec.copies?.min ?? 1, max: decided.spec.copies?.max ?? 1 },
    before,
    after,
    replaces,
    notes: decided.notes,
  };
}

/** The plan as a revision: the deployment at the split that stands, and the roll-out that leads to the new one. */
export function changeOf(input: DeployInput, plan: DeployPlan, digest: string, current: EndpointState['current'], nowMs: number): Change['revision'] {
  const { deployment } = plan;
  const previous = current.deployments[deployment];
  const deployments = { ...current.deployments, [deployment]: digest };
  const retiring = Object.fromEntries(Object.entries(current.retiring).filter(([name]) => name !== deployment));
  if (input.traffic === 'none') return { deployments, retiring };
  const canary = input.canary !== undefined && Object.keys(current.traffic).some((name) => name !== deployment) ? { percent: input.canary.percent, bakeMs: input.canary.bakeMs } : { bakeMs: 0 };
  const rollout = {
    deployment,
    before: current.traffic,
    final: plan.after,
    startedMs: nowMs,
    healthyWithinMs: input.healthyWithinMs ?? 30 * 60_000,
    replaces: [...plan.replaces],
    keepWarmMs: input.keepWarmMs ?? defaultKeepWarmMs,
    ...canary,
    ...(previous !== undefined && previous !== digest && { previous }),
  };
  return { deployments, retiring, rollout };
}
