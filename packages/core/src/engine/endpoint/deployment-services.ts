import { errorToData, isDestinoError } from '../../errors/index.ts';
import type { Reason } from '../../model/index.ts';
import type { StoreRecord } from '../../store/index.ts';
import { serviceDocSchema, serviceRequestSchema, type ServiceDoc } from '../documents.ts';
import { wallTime, type EngineParts } from '../parts.ts';
import { ServiceBook } from '../service-book.ts';
import type { Tracked } from '../tracker.ts';
import { contentTag, serviceName, type DeploymentDoc } from './endpoint-doc.ts';
import type { Upstream } from './endpoint-host.ts';
import type { DeploymentContent, Revision, Revisions } from './revision.ts';

type Seen = { doc: DeploymentDoc; upstream?: Upstream };

/** Brings the services of an endpoint to what its revision names, and says how each does and how it is reached. */
export async function reconcileServices(parts: EngineParts, tracked: Tracked, revision: Revision, contents: Revisions['contents']): Promise<Map<string, Seen>> {
  const endpoint = tracked.record.name;
  const seen = new Map<string, Seen>();
  for (const [name, digest] of Object.entries(revision.deployments)) {
    const content = contents[digest];
    if (content === undefined) seen.set(name, failed('lost', `what ${name} was to serve is no longer kept`, `deploy it again: destino deploy FILE --endpoint ${endpoint} --name ${name}`));
    else seen.set(name, await reconcile(parts, tracked, name, digest, content, revision.by));
  }
  for (const record of await servicesOf(parts, endpoint)) {
    const deployment = record.name.slice(endpoint.length + 1);
    if (record.active && record.requests.remove === undefined && !seen.has(deployment)) await removeService(parts, tracked, record);
  }
  return seen;
}

/** Every service record that is, or was, a deployment of the endpoint. */
export async function servicesOf(parts: EngineParts, endpoint: string): Promise<StoreRecord[]> {
  return (await parts.store.list({ type: 'service', prefix: `${endpoint}.`, limit: 1000 })).items;
}

export async function removeService(parts: EngineParts, tracked: Tracked, { id }: StoreRecord): Promise<void> {
  const { store, clock, tracker } = parts;
  tracker.guard(tracked);
  await store.request(id, { remove: { atMs: await store.nowMs() } }, { type: 'requested', at: wallTime(clock), data: { remove: true } });
  tracker.wake(id);
}

async function reconcile(parts: EngineParts, tracked: Tracked, name: string, digest: string, content: DeploymentContent, by: string | undefined): Promise<Seen> {
  const service = serviceName(tracked.record.name, name);
  const record = await parts.store.named('service', service);
  if (record !== undefined && wantedDigest(record) === digest && (record.active || record.state === 'failed') && record.requests.remove === undefined) return seenOf(parts, record, content);
  if (record?.active === true && serviceRequestSchema.parse(record.spec).target !== content.target) {
    // The name moves to another target: what stands on the old one goes first.
    if (record.requests.remove === undefined) await removeService(parts, tracked, record);
    return { doc: { state: 'updating', revision: 0, reason: { code: 'moving', text: `${name} leaves ${record.target ?? 'its target'} for ${content.target}` } } };
  }
  parts.tracker.guard(tracked);
  try {
    await new ServiceBook(parts).deploy({ ...content.spec, name: service, tags: { ...content.spec.tags, [contentTag]: digest, 'destino.endpoint': tracked.record.name, 'destino.deployment': name } }, content.target, by);
  } catch (error) {
    const data = errorToData(error);
    if (isDestinoError(error, 'conflict')) return { doc: { state: 'updating', revision: 0, reason: { code: data.code, text: data.message } } };
    if (isDestinoError(error, 'config-invalid') || isDestinoError(error, 'not-found')) return failed(data.code, data.message, data.hint);
    throw error;
  }
  const made = await parts.store.named('service', service);
  return made === undefined ? { doc: { state: 'deploying', revision: 0 } } : seenOf(parts, made, content);
}

function failed(code: string, text: string, fix?: string): Seen {
  return { doc: { state: 'failed', revision: 0, reason: { code, text, ...(fix !== undefined && { fix }) } } };
}

/** The digest of the content that a service was last brought to. */
function wantedDigest(record: StoreRecord): string | undefined {
  return specOf(record).tags[contentTag];
}

function specOf(record: StoreRecord): { tags: Record<string, string>; revision: number } {
  const spec = record.requests.revise?.spec ?? serviceRequestSchema.parse(record.spec).spec;
  return serviceRequestSchema.shape.spec.parse(spec);
}

function seenOf(parts: EngineParts, record: StoreRecord, content: DeploymentContent): Seen {
  const doc = serviceDocSchema.parse(record.doc);
  const current = doc.revision >= specOf(record).revision;
  const state = record.state === 'healthy' && !current ? 'updating' : record.state;
  const reason: Reason | undefined = doc.reason ?? doc.waitingFor[0];
  const seen: DeploymentDoc = { state, revision: doc.revision, ...(doc.copies !== undefined && { copies: doc.copies }), ...(reason !== undefined && { reason }) };
  return doc.handle === undefined ? { doc: seen } : { doc: seen, upstream: upstreamOf(parts, record, doc, content) };
}

function upstreamOf(parts: EngineParts, record: StoreRecord, doc: ServiceDoc, { target, spec }: DeploymentContent): Upstream {
  const { handle } = doc;
  const services = async () => {
    const { services: facet } = (await parts.targets.use(target)).target;
    if (facet === undefined || handle === undefined) throw new Error(`${target} hosts no services`);
    return { facet, handle };
  };
  return {
    version: JSON.stringify([record.id, handle, doc.revision]),
    scoringRoute: spec.server.kind === 'container' ? spec.server.scoringRoute : '/score',
    requestTimeoutMs: spec.requestTimeoutMs + spec.maxQueueWaitMs,
    connect: async () => {
      const { facet, handle: its } = await services();
      return await facet.connect(its);
    },
    invoke: async (request) => {
      const { facet, handle: its } = await services();
      if (facet.invoke === undefined) throw new Error(`${target} takes requests over HTTP only`);
      return await facet.invoke(its, request);
    },
  };
}
