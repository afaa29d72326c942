import { DestinoError } from '../../errors/index.ts';
import { newKey, type Json, type ServiceSpecInput } from '../../model/index.ts';
import type { StoreRecord } from '../../store/index.ts';
import { checkService } from '../check-job.ts';
import { targetNeeds } from '../needs.ts';
import { wallTime, type EngineParts } from '../parts.ts';
import { serviceSpecSchema } from '../../model/index.ts';
import { digested, endpointDocSchema, revisionsOf, serviceName } from './endpoint-doc.ts';
import { endpointNeed, type Measures } from './endpoint-host.ts';
import { endpointOf, type Endpoint } from './endpoint-view.ts';
import { reviseEndpoint } from './revise-endpoint.ts';
import { backTo, currentRevision, type Revision, type RevisionChange, type Revisions } from './revision.ts';

export type NewEndpoint = { name: string; description?: string | undefined; tags?: Record<string, string> | undefined; port?: number | undefined; maxBodyBytes?: number | undefined; source?: Json | undefined; createdBy?: string | undefined };
export type NewDeployment = { name: string; target: string; spec: Omit<ServiceSpecInput, 'name' | 'revision'> };
/** What a change says about the revision that stands; `content` comes along with the deployments that name it. */
export type Change = { by?: string | undefined; change: string; revision: RevisionChange; contents?: Revisions['contents'] };

const namePattern = /^[a-zA-Z]([-a-zA-Z0-9_]{0,30}[a-zA-Z0-9])?$/;
const maxTries = 20;

/** The endpoints of a workspace. What is wanted is stored as numbered revisions; the host that serves one goes by the last. */
export class EndpointBook {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** @throws `conflict` when one of that name stands, `config-invalid` for a name that is none. */
  async create(endpoint: NewEndpoint): Promise<Endpoint> {
    const { name, createdBy, description, tags, port, maxBodyBytes, source } = endpoint;
    checkName(name, 'an endpoint');
    const { store, randomBytes, clock, session } = this.#parts;
    const existing = await store.named('endpoint', name);
    if (existing?.active === true) throw new DestinoError('conflict', `an endpoint '${name}' exists already`, { scope: name, hint: `look at it: destino endpoint show ${name}` });
    if (existing !== undefined) await store.remove([existing.id]);
    const at = wallTime(clock);
    const first: Revisions = { contents: {}, revisions: [{ number: 1, id: '', at, change: 'created', deployments: {}, traffic: {}, mirror: {}, retiring: {}, ...(createdBy !== undefined && { by: createdBy }) }] };
    const spec = { first, tags: tags ?? {}, limits: maxBodyBytes === undefined ? {} : { maxBodyBytes }, ...(description !== undefined && { description }), ...(port !== undefined && { port }), ...(source !== undefined && { source }) };
    const { record } = await store.create(
      { type: 'endpoint', id: newKey(randomBytes), name, kind: 'online', state: 'deploying', active: true, needs: [endpointNeed, `host:${session.host.hostId}`].sort(), createdAt: at, ...(createdBy !== undefined && { createdBy }), spec, doc: {} },
      { type: 'created', at, data: {} },
    );
    return endpointOf(record);
  }

  async get(name: string): Promise<Endpoint> {
    return endpointOf(await this.record(name), await this.#living());
  }

  /** As `get`; `undefined` when there is none. */
  async find(name: string): Promise<Endpoint | undefined> {
    const record = await this.#parts.store.named('endpoint', name);
    return record?.active === true ? endpointOf(record, await this.#living()) : undefined;
  }

  async list(): Promise<Endpoint[]> {
    const living = await this.#living();
    return (await this.#parts.store.list({ type: 'endpoint', active: true, limit: 1000 })).items.map((record) => endpointOf(record, living));
  }

  /** Every kept revision, the newest last. */
  async history(name: string): Promise<Revision[]> {
    return revisionsOf(await this.record(name)).revisions;
  }

  /** The last revision, with the contents that its deployments name. */
  async revisions(name: string): Promise<{ current: Revision; contents: Revisions['contents'] }> {
    const revisions = revisionsOf(await this.record(name));
    return { current: currentRevision(revisions), contents: revisions.contents };
  }

  /**
   * Adds a revision. `decide` may be asked several times, when others change the endpoint at the same moment.
   * @throws what `decide` throws, `config-invalid` for a split that is none.
   */
  async change(name: string, decide: (current: Revision, nowMs: number, all: Revisions) => Change): Promise<Endpoint> {
    for (let tries = 1; ; tries += 1) {
      const record = await this.record(name);
      if (record.requests.remove !== undefined) throw new DestinoError('conflict', `endpoint '${name}' is being deleted`, { scope: name, hint: 'try again when it is gone' });
      const all = revisionsOf(record);
      const current = currentRevision(all);
      const { by, change, revision, contents } = decide(current, await this.#parts.store.nowMs(), all);
      const author = { at: wallTime(this.#parts.clock), by, change };
      if (await reviseEndpoint(this.#parts, record, current.number, author, revision, contents)) return await this.get(name);
      if (tries >= maxTries) throw new DestinoError('conflict', `endpoint '${name}' is being changed by others all the time`, { scope: name, hint: 'try again in a moment' });
    }
  }

  /** Returns to an older revision; without a number to the last one that had other traffic or deployments. */
  async rollback(name: string, number?: number, by?: string): Promise<{ endpoint: Endpoint; to: number }> {
    let target = 0;
    const endpoint = await this.change(name, (_current, _nowMs, all) => {
      const { change, to } = backTo(all, number);
      target = to.number;
      return { by, change: `rolled back to revision ${to.number}`, revision: change, contents: all.contents };
    });
    return { endpoint, to: target };
  }

  /** What a deployment would be, as content for `change`. @throws `config-invalid` with all problems when the target cannot host it. */
  async content(endpoint: string, { name, target, spec }: NewDeployment): Promise<ReturnType<typeof digested>> {
    checkName(name, 'a deployment');
    const { targets, store, session } = this.#parts;
    const { kind } = await targets.record(target);
    const whole = serviceSpecSchema.parse({ ...spec, name: serviceName(endpoint, name), revision: 1 });
    await targetNeeds(target, { driver: (each) => targets.driver(each), target: (each) => store.named('target', each), hostId: session.host.hostId });
    if (targets.driver(kind) === undefined) throw new DestinoError('unsupported', `no driver for kind '${kind}' is loaded`, { scope: target, hint: 'see what is loaded: destino driver list' });
    const problems = (await checkService(targets, whole, target)).filter(({ severity }) => severity === 'error');
    if (problems.length === 0) return digested(target, spec);
    throw new DestinoError('config-invalid', `target '${target}' cannot host ${name}: ${problems.map(({ message }) => message).join('; ')}`, { scope: target, details: { problems }, hint: problems[0]?.hint });
  }

  /** Asks for the end of an endpoint and of all its deployments. */
  async remove(name: string, by?: string): Promise<Endpoint> {
    const { store, clock, tracker } = this.#parts;
    const record = await this.record(name);
    const removed = await store.request(record.id, { remove: { atMs: await store.nowMs(), ...(by !== undefined && { by }) } }, { type: 'requested', at: wallTime(clock), data: { remove: true } });
    tracker.wake(record.id);
    return endpointOf(removed ?? record);
  }

  /** What is measured here of an endpoint by its id, by deployment; empty where another host serves it. */
  measures(id: string): Record<string, Measures> {
    return this.#parts.endpoints?.host.measures(id) ?? {};
  }

  /** Tells the host that serves it to read its keys again; answers the count to wait for with `seen`. */
  async keysChanged(name: string, data: Json): Promise<number> {
    const { store, clock, tracker } = this.#parts;
    const record = await this.record(name);
    const poked = await store.request(record.id, {}, { type: 'keys', at: wallTime(clock), data });
    tracker.wake(record.id);
    return poked?.poke ?? record.poke;
  }

  /** Whether the host that serves it has taken note of all that was asked up to `poke`; of everything without one. */
  async seen(name: string, poke?: number): Promise<boolean> {
    const record = await this.record(name);
    return record.pokeSeen >= (poke ?? record.poke) && endpointDocSchema.parse(record.doc).applied >= currentRevision(revisionsOf(record)).number;
  }

  /** @throws `not-found`. */
  async record(name: string): Promise<StoreRecord> {
    const record = await this.#parts.store.named('endpoint', name);
    if (record?.active === true) return record;
    throw new DestinoError('not-found', `there is no endpoint '${name}'`, { scope: name, hint: 'see which there are: destino endpoint list' });
  }

  async #living(): Promise<ReadonlySet<string>> {
    return new Set((await this.#parts.store.sessions()).map(({ id }) => id));
  }
}

function checkName(name: string, what: string): void {
  if (namePattern.test(name)) return;
  throw new DestinoError('config-invalid', `'${name}' is no name for ${what}`, { hint: 'up to 32 letters, digits, _ and -; begin with a letter, end with a letter or digit' });
}
