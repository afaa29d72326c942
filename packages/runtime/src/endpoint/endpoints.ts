import type { Endpoint, Engine, Measures, NewEndpoint, Revision, Split } from '@destino/core';
import { splitText } from '@destino/core';
import { DestinoError } from '@destino/core/errors';
import type { DeployInput, DeployPlan } from './deploy-input.ts';
import type { ContentParts } from './deployment-content.ts';
import type { EndpointKeyPair, EndpointKeys, WhichKey } from './endpoint-keys.ts';
import { stateOfNew, type EndpointState } from './endpoint-state.ts';
import { invokeEndpoint, type InvokeInput, type Invoked } from './invoke-endpoint.ts';
import { changeOf, nextName, planDeployment } from './plan-deployment.ts';

/** Who serves the endpoints of the workspace now. */
export type Serving = { served: true } | { served: false; reason: string };

export type EndpointParts = {
  engine: Engine;
  keys: EndpointKeys;
  user: string;
  content: () => Promise<ContentParts>;
  /** Sees to it that somebody serves: this process, or the agent, which is told of the secrets. */
  ensureServed: (secrets: readonly string[]) => Promise<Serving>;
  measures: (id: string) => Promise<Record<string, Measures>>;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export type EndpointSettings = Omit<NewEndpoint, 'createdBy' | 'source'>;
export type Deployed = { plan: DeployPlan; endpoint: Endpoint; serving: Serving };
/** How a roll-out stands: under way, or how it ended, with the words of the revision that ended it. */
export type RolloutState = { endpoint: Endpoint; state: 'waiting' | 'baking' | 'done' | 'returned'; words: string };

const lookEveryMs = 100;

/** The endpoints of a workspace: stable addresses with keys, a split of the traffic, and a history of both. */
export class Endpoints {
  readonly #parts: EndpointParts;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  /** Makes an endpoint with two keys; it has an address as soon as somebody serves it. @throws `conflict`. */
  async create(settings: EndpointSettings): Promise<{ endpoint: Endpoint; serving: Serving }> {
    const { engine, keys, user, ensureServed } = this.#parts;
    await engine.endpoints.create({ ...settings, createdBy: user });
    keys.create(settings.name);
    const serving = await ensureServed([]);
    return { endpoint: serving.served ? await this.settled(settings.name) : await this.get(settings.name), serving };
  }

  async get(name: string): Promise<Endpoint> {
    return await this.#parts.engine.endpoints.get(name);
  }

  async list(): Promise<Endpoint[]> {
    return await this.#parts.engine.endpoints.list();
  }

  /** What is measured of each deployment where the endpoint is served; empty when it is not. */
  async measures(name: string): Promise<Record<string, Measures>> {
    return await this.#parts.measures((await this.get(name)).id);
  }

  /** Ends an endpoint with all its deployments, and its keys. */
  async delete(name: string): Promise<Endpoint> {
    const { engine, keys, user, ensureServed } = this.#parts;
    const endpoint = await engine.endpoints.remove(name, user);
    keys.delete(name);
    await ensureServed([]);
    return endpoint;
  }

  keys(name: string): EndpointKeyPair {
    return this.#parts.keys.read(name);
  }

  /** Replaces one key, and waits until the old one is refused. */
  async rotateKey(name: string, which: WhichKey, value?: string): Promise<EndpointKeyPair> {
    const { engine, keys, ensureServed } = this.#parts;
    await engine.endpoints.record(name);
    const pair = keys.rotate(name, which, value);
    const poke = await engine.endpoints.keysChanged(name, { which });
    if ((await ensureServed([])).served) await this.#until(async () => await engine.endpoints.seen(name, poke));
    return pair;
  }

  /** Changes the split: what is not named keeps its share unless `whole`. @throws `config-invalid`. */
  async setTraffic(name: string, split: Split, options: { whole?: boolean; mirror?: Split } = {}): Promise<Endpoint> {
    const { engine, user } = this.#parts;
    const words = [splitText(split) || 'no traffic', ...(options.mirror === undefined ? [] : [`mirror ${splitText(options.mirror) || 'none'}`])].join(', ');
    await engine.endpoints.change(name, (current) => ({
      by: user,
      change: `traffic ${words}`,
      revision: { traffic: options.whole === true ? split : { ...current.traffic, ...split }, rollout: undefined, ...(options.mirror !== undefined && { mirror: options.mirror }) },
    }));
    return await this.#applied(name);
  }

  async history(name: string): Promise<Revision[]> {
    return await this.#parts.engine.endpoints.history(name);
  }

  /** Returns to an earlier revision, the last one that differs when none is named. */
  async rollback(name: string, revision?: number): Promise<{ endpoint: Endpoint; to: number }> {
    const { to } = await this.#parts.engine.endpoints.rollback(name, revision, this.#parts.user);
    return { to, endpoint: await this.#applied(name) };
  }

  /** What a deployment would do; refused here is what could never work. Stores content, and changes nothing else. */
  async plan(input: DeployInput): Promise<DeployPlan> {
    return (await this.#decide(input)).plan;
  }

  /** Stores the deployment and how its traffic is to come; whoever serves the endpoint does the rest. */
  async deploy(input: DeployInput): Promise<Deployed> {
    const { engine, user, keys, ensureServed } = this.#parts;
    const { plan, content, secrets } = await this.#decide(input);
    if (plan.newEndpoint) {
      await engine.endpoints.create({ name: plan.endpoint, createdBy: user });
      keys.create(plan.endpoint);
    }
    await engine.endpoints.change(plan.endpoint, (current, nowMs) => ({
      by: user,
      change: `${plan.update ? 'changes' : 'adds'} ${plan.deployment} on ${plan.target}${plan.model === undefined ? '' : ` with ${plan.model.name}:${plan.model.version}`}`,
      revision: changeOf(input, plan, content.digest, current, nowMs),
      contents: { [content.digest]: content.content },
    }));
    const serving = await ensureServed(secrets);
    return { plan, endpoint: await this.get(plan.endpoint), serving };
  }

  async #decide(input: DeployInput): Promise<{ plan: DeployPlan; content: Awaited<ReturnType<Engine['endpoints']['content']>>; secrets: string[] }> {
    const { engine } = this.#parts;
    const { decideContent } = await import('./deployment-content.ts');
    const decided = await decideContent(input, await this.#parts.content());
    const endpoint = input.endpoint ?? decided.endpoint ?? decided.model?.name;
    if (endpoint === undefined) throw new DestinoError('config-invalid', 'nothing names the endpoint', { hint: '--endpoint NAME' });
    const state = await this.#state(endpoint);
    const name = input.name ?? decided.name ?? nextName(state);
    const content = await engine.endpoints.content(endpoint, { name, target: decided.target, spec: decided.spec });
    const secrets = Object.values(decided.spec.secrets ?? {}).map(({ secret }) => secret);
    return { plan: planDeployment(input, decided, content.digest, name, state), content, secrets };
  }

  async #state(name: string): Promise<EndpointState> {
    const { engine } = this.#parts;
    if ((await engine.endpoints.find(name)) === undefined) return stateOfNew(name);
    const { current } = await engine.endpoints.revisions(name);
    return { name, isNew: false, current, history: await this.history(name) };
  }

  /** Another number of copies of a deployment. */
  async scale(endpoint: string, deployment: string, copies: { min: number; max: number }): Promise<Endpoint> {
    const { engine, user } = this.#parts;
    const { current, contents } = await engine.endpoints.revisions(endpoint);
    const known = contents[current.deployments[deployment] ?? ''];
    if (known === undefined) throw noDeployment(endpoint, deployment, Object.keys(current.deployments));
    const { digest, content } = await engine.endpoints.content(endpoint, { name: deployment, target: known.target, spec: { ...known.spec, copies } });
    await engine.endpoints.change(endpoint, ({ deployments }) => ({ by: user, change: `scales ${deployment} to ${copies.min === copies.max ? copies.min : `${copies.min} to ${copies.max}`}`, revision: { deployments: { ...deployments, [deployment]: digest } }, contents: { [digest]: content } }));
    return await this.#applied(endpoint);
  }

  /** Takes a deployment away. @throws `conflict` while it has traffic. */
  async deleteDeployment(endpoint: string, deployment: string): Promise<Endpoint> {
    await this.#parts.engine.endpoints.change(endpoint, ({ deployments, traffic, mirror }) => {
      if (!Object.hasOwn(deployments, deployment)) throw noDeployment(endpoint, deployment, Object.keys(deployments));
      if ((traffic[deployment] ?? 0) > 0) throw new DestinoError('conflict', `${deployment} gets ${traffic[deployment]} % of the traffic of ${endpoint}`, { scope: endpoint, hint: `give it to others first: destino endpoint traffic ${endpoint} ${deployment}=0 …; or all at once: destino endpoint delete ${endpoint}` });
      const left = Object.fromEntries(Object.entries(deployments).filter(([name]) => name !== deployment));
      return { by: this.#parts.user, change: `deletes ${deployment}`, revision: { deployments: left, mirror: Object.fromEntries(Object.entries(mirror).filter(([name]) => name !== deployment)) } };
    });
    return await this.#applied(endpoint);
  }

  /** One request with the endpoint's own key. */
  async invoke(name: string, input: InvokeInput): Promise<Invoked> {
    const endpoint = await this.settled(name);
    return await invokeEndpoint(endpoint, this.keys(name).primary, input);
  }

  /** How the roll-out that `since` began stands. */
  async rollout(name: string, since: number): Promise<RolloutState> {
    const endpoint = await this.get(name);
    const later = (await this.history(name)).filter(({ number }) => number > since);
    const ended = later.find((revision) => revision.ended !== undefined);
    if (ended?.ended !== undefined) return { endpoint, state: ended.ended.ok ? 'done' : 'returned', words: ended.change };
    const { rollout } = endpoint;
    // Somebody else's change ended it.
    if (rollout === undefined) return { endpoint, state: 'returned', words: later.at(-1)?.change ?? '' };
    return { endpoint, state: rollout.bakingSinceMs === undefined ? 'waiting' : 'baking', words: later.at(-1)?.change ?? '' };
  }

  /** The endpoint once somebody serves it as it was last asked for. @throws `unavailable` when nobody does in time. */
  async settled(name: string, signal?: AbortSignal): Promise<Endpoint> {
    const { engine, ensureServed } = this.#parts;
    if (!(await engine.endpoints.get(name)).served) await ensureServed([]);
    await this.#until(async () => {
      const endpoint = await engine.endpoints.get(name);
      return endpoint.served && endpoint.applied >= endpoint.revision && (endpoint.scoringUri !== null || endpoint.reason !== undefined);
    }, signal);
    return await this.get(name);
  }

  async #applied(name: string): Promise<Endpoint> {
    const { served } = await this.#parts.ensureServed([]);
    if (served) await this.#until(async () => await this.#parts.engine.endpoints.seen(name));
    return await this.get(name);
  }

  async #until(holds: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    for (let waited = 0; waited < settledWithinMs; waited += lookEveryMs) {
      if (await holds()) return;
      await this.#parts.sleep(lookEveryMs, signal);
    }
    throw new DestinoError('unavailable', 'nobody serves the endpoints of this workspace in time', { hint: 'see what runs: destino doctor' });
  }
}

const settledWithinMs = 30_000;

function noDeployment(endpoint: string, deployment: string, names: readonly string[]): DestinoError {
  return new DestinoError('not-found', `endpoint ${endpoint} has no deployment '${deployment}'`, { scope: endpoint, hint: names.length > 0 ? `it has: ${names.join(', ')}` : 'it has none yet: destino deploy' });
}
