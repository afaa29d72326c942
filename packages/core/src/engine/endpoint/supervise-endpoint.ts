import { DestinoError, errorToData, isDestinoError } from '../../errors/index.ts';
import type { Reason } from '../../model/index.ts';
import type { StoreRecord } from '../../store/index.ts';
import { wallTime, type EngineParts } from '../parts.ts';
import { withoutUndefined } from '../job-context.ts';
import type { Tracked } from '../tracker.ts';
import { reconcileServices, removeService, servicesOf } from './deployment-services.ts';
import { endpointDocSchema, revisionsOf, type EndpointDoc } from './endpoint-doc.ts';
import type { EndpointSupervisor, Upstream } from './endpoint-host.ts';
import { reviseEndpoint } from './revise-endpoint.ts';
import { currentRevision, endpointRequestSchema, type Revision } from './revision.ts';
import { decideRollout } from './rollout.ts';

const movingMs = 500;
const restingMs = 5_000;

/** One pass over an endpoint: its services, its gateway, its roll-out. Answers when to look again. */
export async function superviseEndpoint(parts: EngineParts, tracked: Tracked): Promise<number> {
  const { endpoints } = parts;
  if (endpoints === undefined) throw new DestinoError('unsupported', 'this host serves no endpoints', { scope: tracked.record.name });
  if (tracked.record.requests.remove !== undefined) return await remove(parts, tracked, endpoints);
  const revisions = revisionsOf(tracked.record);
  const revision = currentRevision(revisions);
  const seen = await reconcileServices(parts, tracked, revision, revisions.contents);
  const upstreams = new Map([...seen].flatMap(([name, { upstream }]) => (upstream === undefined ? [] : [[name, upstream] as const])));
  const served = await serve(parts, tracked, endpoints, revision, upstreams);
  const deployments = Object.fromEntries([...seen].map(([name, { doc }]) => [name, doc]));
  await note(parts, tracked, { ...served, applied: revision.number, deployments }, stateOf(served.reason, revision, deployments));
  const moved = served.reason === undefined && (await advance(parts, tracked, endpoints, revision, deployments));
  if (moved) return 0;
  const moving = revision.rollout !== undefined || Object.values(deployments).some(({ state }) => state !== 'healthy');
  return moving || served.reason !== undefined ? movingMs : restingMs;
}

type Served = Pick<EndpointDoc, 'port' | 'origin' | 'reason'>;

/** Its port is kept from the first time on; one that somebody else has meanwhile is waited for, never replaced. */
async function serve(parts: EngineParts, tracked: Tracked, { host, keys }: EndpointSupervisor, revision: Revision, upstreams: ReadonlyMap<string, Upstream>): Promise<Served> {
  const { record } = tracked;
  const request = endpointRequestSchema.parse(record.spec);
  const { port = request.port, origin } = endpointDocSchema.parse(record.doc);
  try {
    parts.tracker.guard(tracked);
    return await host.serve(record.id, {
      name: record.name,
      port,
      avoid: port === undefined ? await otherPorts(parts, record.id) : [],
      keys: await keys(record.name),
      traffic: revision.traffic,
      mirror: revision.mirror,
      upstreams,
      maxBodyBytes: request.limits.maxBodyBytes,
    });
  } catch (error) {
    if (isDestinoError(error) && error.op === 'engine.claim') throw error;
    const { code, message, hint } = errorToData(error);
    return { ...(port !== undefined && { port }), ...(origin !== undefined && { origin }), reason: { code, text: message, ...(hint !== undefined && { fix: hint }) } };
  }
}

async function otherPorts(parts: EngineParts, id: string): Promise<number[]> {
  const { items } = await parts.store.list({ type: 'endpoint', active: true, limit: 1000 });
  return items.filter((record) => record.id !== id).flatMap((record) => endpointDocSchema.parse(record.doc).port ?? endpointRequestSchema.parse(record.spec).port ?? []);
}

function stateOf(reason: Reason | undefined, { traffic, rollout, deployments: wanted }: Revision, deployments: EndpointDoc['deployments']): string {
  if (reason !== undefined) return 'unhealthy';
  const live = Object.keys(traffic).map((name) => deployments[name]?.state ?? 'deploying');
  if (live.some((state) => state === 'failed' || state === 'unhealthy' || state === 'gone')) return 'unhealthy';
  if (rollout !== undefined) return Object.keys(traffic).length === 0 ? 'deploying' : 'updating';
  if (live.some((state) => state !== 'healthy')) return 'updating';
  return live.length === 0 && Object.keys(wanted).length > 0 && Object.values(deployments).every(({ state }) => state === 'failed') ? 'unhealthy' : 'healthy';
}

async function note(parts: EngineParts, tracked: Tracked, change: Partial<EndpointDoc>, state: string): Promise<void> {
  const { record } = tracked;
  const before = endpointDocSchema.parse(record.doc);
  const doc = withoutUndefined({ ...before, reason: undefined, ...change });
  const same = state === record.state && record.poke === record.pokeSeen && JSON.stringify(sorted(doc)) === JSON.stringify(sorted(withoutUndefined(before)));
  if (!same) await parts.tracker.commit(tracked, { record: { doc, state } });
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]: [string, unknown]) => [key, typeof part === 'object' && part !== null && !Array.isArray(part) ? sorted(part) : part]);
}

/** Takes the next step of a roll-out, and lets go of what has been kept warm for long enough. Answers whether there was one. */
async function advance(parts: EngineParts, tracked: Tracked, endpoints: EndpointSupervisor, revision: Revision, deployments: EndpointDoc['deployments']): Promise<boolean> {
  const { record } = tracked;
  const nowMs = parts.session.storeNowMs();
  const author = (change: string) => ({ at: wallTime(parts.clock), by: 'destino', change });
  if (revision.rollout !== undefined) {
    const name = revision.rollout.deployment;
    const { state = 'deploying', reason } = deployments[name] ?? {};
    const counted = sinceBake(endpoints, record, revision, name);
    const step = decideRollout(revision, { state, reason: reason?.text, ...counted }, nowMs);
    return step !== undefined && (await reviseEndpoint(parts, record, revision.number, author(step.change), step.revision));
  }
  const over = Object.entries(revision.retiring).filter(([name, untilMs]) => untilMs <= nowMs && (revision.traffic[name] ?? 0) === 0).map(([name]) => name);
  if (over.length === 0) return false;
  const left = Object.fromEntries(Object.entries(revision.deployments).filter(([name]) => !over.includes(name)));
  return await reviseEndpoint(parts, record, revision.number, author(`${over.join(', ')} was kept for long enough`), { deployments: left });
}

/** Requests and faults of a deployment since this revision was first seen here. */
function sinceBake({ host, baselines }: EndpointSupervisor, { id }: StoreRecord, { number }: Revision, deployment: string): { requests: number; failures: number } {
  const { requests = 0, failures = 0 } = host.measures(id)[deployment] ?? {};
  const known = baselines.get(id);
  if (known?.revision !== number) baselines.set(id, { revision: number, requests, failures });
  const base = known?.revision === number ? known : { requests, failures };
  return { requests: requests - base.requests, failures: failures - base.failures };
}

/** No more requests; then its services; it is gone when they are. */
async function remove(parts: EngineParts, tracked: Tracked, { host, baselines }: EndpointSupervisor): Promise<number> {
  const { id, name, state } = tracked.record;
  await host.stop(id);
  baselines.delete(id);
  if (state !== 'removing') await parts.tracker.commit(tracked, { record: { state: 'removing' } });
  const left = (await servicesOf(parts, name)).filter(({ active }) => active);
  for (const record of left) if (record.requests.remove === undefined) await removeService(parts, tracked, record);
  if (left.length > 0) return movingMs;
  await parts.tracker.commit(tracked, { record: { state: 'gone', active: false }, events: [{ type: 'finished', at: wallTime(parts.clock), data: { state: 'gone' } }] });
  return 0;
}
