import { DestinoError } from '../errors/index.ts';
import { newKey, serviceSpecSchema, type LogRecord, type ServiceSpec, type ServiceSpecInput } from '../model/index.ts';
import type { StoreRecord } from '../store/index.ts';
import { checkService } from './check-job.ts';
import { serviceDocSchema, serviceRequestSchema, type ServiceDoc } from './documents.ts';
import { targetNeeds } from './needs.ts';
import { wallTime, type EngineParts } from './parts.ts';

export type Service = { schemaVersion: 1; name: string; target: string; state: string; wantedRevision: number; revision: number } & Pick<ServiceDoc, 'copies' | 'rawState' | 'reason' | 'waitingFor'>;

function serviceOf(record: StoreRecord): Service {
  const { target } = serviceRequestSchema.parse(record.spec);
  const { revision, copies, rawState, reason, waitingFor } = serviceDocSchema.parse(record.doc);
  return { schemaVersion: 1, name: record.name, target, state: record.state, wantedRevision: wantedRevision(record), revision, copies, rawState, reason, waitingFor };
}

function wantedRevision(record: StoreRecord): number {
  return record.requests.revise?.revision ?? serviceRequestSchema.parse(record.spec).spec.revision;
}

/** The services of a workspace. What is wanted is stored; hosts bring the targets to it. */
export class ServiceBook {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Creates a service at its first revision, or asks for the next revision of one that exists. */
  async deploy(input: Omit<ServiceSpecInput, 'revision'>, target: string, createdBy?: string): Promise<Service> {
    const existing = await this.#parts.store.named('service', input.name);
    if (existing !== undefined && existing.active) {
      refuseChange(existing, target);
      return await this.#revise(existing, input, createdBy);
    }
    // Revisions go on where a service of that name left off: what is still on its way to the old one never wins.
    const spec = serviceSpecSchema.parse({ ...input, revision: existing === undefined ? 1 : wantedRevision(existing) + 1 });
    await this.#parts.targets.record(target);
    await this.#refuse(spec, target);
    if (existing !== undefined) await this.#parts.store.remove([existing.id]);
    const { store, clock, randomBytes, session, targets } = this.#parts;
    const needs = await targetNeeds(target, { driver: (kind) => targets.driver(kind), target: (name) => store.named('target', name), hostId: session.host.hostId });
    const at = wallTime(clock);
    const { record } = await store.create(
      { type: 'service', id: newKey(randomBytes), name: input.name, kind: 'service', target, state: 'deploying', active: true, needs: needs.sort(), createdAt: at, ...(createdBy !== undefined && { createdBy }), spec: { spec, target }, doc: {} },
      { type: 'created', at, data: { target } },
    );
    return serviceOf(record);
  }

  async #revise(existing: StoreRecord, input: Omit<ServiceSpecInput, 'revision'>, by: string | undefined): Promise<Service> {
    const spec: ServiceSpec = serviceSpecSchema.parse({ ...input, revision: wantedRevision(existing) + 1 });
    await this.#refuse(spec, serviceRequestSchema.parse(existing.spec).target);
    const { store, clock, tracker } = this.#parts;
    const atMs = await store.nowMs();
    const revise = { atMs, revision: spec.revision, spec, ...(by !== undefined && { by }) };
    const record = await store.request(existing.id, { revise }, { type: 'requested', at: wallTime(clock), data: { revision: spec.revision } });
    tracker.wake(existing.id);
    return serviceOf(record ?? existing);
  }

  /** @throws `config-invalid` with all problems when the target's driver says that it cannot host it. */
  async #refuse(spec: ServiceSpec, target: string): Promise<void> {
    const { targets } = this.#parts;
    if (targets.driver((await targets.record(target)).kind) === undefined) return;
    const problems = (await checkService(targets, spec, target)).filter(({ severity }) => severity === 'error');
    if (problems.length === 0) return;
    throw new DestinoError('config-invalid', `target '${target}' cannot host it: ${problems.map(({ message }) => message).join('; ')}`, { scope: target, details: problems, hint: problems[0]?.hint });
  }

  async get(name: string): Promise<Service> {
    return serviceOf(await this.#required(name));
  }

  /** What a service wrote, from the record after `since` on. @throws `not-found` while it stands nowhere yet. */
  async *logs(name: string, options: { follow: boolean; since?: string; signal?: AbortSignal }): AsyncIterable<LogRecord> {
    const record = await this.#required(name);
    const { target } = serviceRequestSchema.parse(record.spec);
    const { handle, reason, waitingFor } = serviceDocSchema.parse(record.doc);
    const facet = (await this.#parts.targets.use(target)).target.services;
    if (handle === undefined || facet === undefined) throw new DestinoError('not-found', `service '${name}' stands nowhere yet: it is ${record.state}`, { scope: name, hint: (reason ?? waitingFor[0])?.text });
    yield* facet.logs(handle, options);
  }

  async list(): Promise<Service[]> {
    const page = await this.#parts.store.list({ type: 'service', limit: 1000 });
    return page.items.map(serviceOf);
  }

  /** Asks for the end of a service. */
  async remove(name: string, by?: string): Promise<Service> {
    const { store, clock, tracker } = this.#parts;
    const existing = await this.#required(name);
    const record = await store.request(existing.id, { remove: { atMs: await store.nowMs(), ...(by !== undefined && { by }) } }, { type: 'requested', at: wallTime(clock), data: { remove: true } });
    tracker.wake(existing.id);
    return serviceOf(record ?? existing);
  }

  async #required(name: string): Promise<StoreRecord> {
    const record = await this.#parts.store.named('service', name);
    if (record === undefined) throw new DestinoError('not-found', `there is no service '${name}'`, { scope: name, hint: 'see which there are: destino ps' });
    return record;
  }
}

/** Its own target, and not while it is being removed: either would lose what was asked for. */
function refuseChange(existing: StoreRecord, target: string): void {
  const { target: own } = serviceRequestSchema.parse(existing.spec);
  if (existing.requests.remove !== undefined) throw new DestinoError('conflict', `service '${existing.name}' is being removed`, { scope: existing.name, hint: 'try again when it is gone' });
  if (own !== target) throw new DestinoError('conflict', `service '${existing.name}' stands on target '${own}'`, { scope: existing.name, hint: `remove it there first, or deploy under another name to '${target}'` });
}
