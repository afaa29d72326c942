import type { Admission } from '../driver/index.ts';
import { DestinoError, toDestinoError } from '../errors/index.ts';
import { isTerminalJobState, jobStates, newKey, type JobSpec, type Json, type Node, type TargetProbe } from '../model/index.ts';
import type { StoreRecord } from '../store/index.ts';
import { targetDocSchema, targetRequestSchema, type TargetDoc } from './documents.ts';
import { parseConfig } from './open-targets.ts';
import { wallTime, type EngineParts } from './parts.ts';

export type Target = {
  schemaVersion: 1;
  name: string;
  kind: string;
  origin: 'managed' | 'attached' | 'built-in';
  state: string;
  rawState?: string;
  revision: number;
  config: Json;
  attributes: Record<string, Json>;
  createdBy?: string;
};

export function targetOf(record: StoreRecord): Target {
  const doc = targetDocSchema.parse(record.doc);
  const { origin } = targetRequestSchema.parse(record.spec);
  return {
    schemaVersion: 1,
    name: record.name,
    kind: record.kind,
    origin,
    state: record.state,
    revision: doc.revision,
    config: doc.configs[String(doc.revision)] ?? null,
    attributes: doc.attributes,
    ...(doc.rawState !== undefined && { rawState: doc.rawState }),
    ...(record.createdBy !== undefined && { createdBy: record.createdBy }),
  };
}

export type NewTarget = { name: string; kind: string; config: Json; origin?: Target['origin']; createdBy?: string; unreachableAfterMs?: number };

const unfinished = jobStates.filter((state) => !isTerminalJobState(state));

/** The document with the configuration that is wanted; the very same one when it has it already. */
function revised(doc: TargetDoc, { config, unreachableAfterMs }: NewTarget): TargetDoc {
  const patience = unreachableAfterMs === undefined || unreachableAfterMs === doc.unreachableAfterMs ? doc : { ...doc, unreachableAfterMs };
  if (JSON.stringify(doc.configs[String(doc.revision)]) === JSON.stringify(config)) return patience;
  const revision = doc.revision + 1;
  return { ...patience, revision, configs: { ...doc.configs, [String(revision)]: config } };
}

/** The targets of a workspace. A changed configuration is a new revision; attempts stay on the one they began with. */
export class TargetBook {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /**
   * Creates a target, or brings an existing one to another configuration. @throws `conflict` when the name belongs to a
   * target of another kind, `config-invalid`, `unsupported` when no such driver is loaded.
   */
  async put(target: NewTarget): Promise<Target> {
    const driver = this.#parts.targets.driver(target.kind);
    if (driver === undefined) throw new DestinoError('unsupported', `no driver for kind '${target.kind}' is loaded`, { scope: target.name, hint: 'see what is loaded: destino driver list' });
    parseConfig(driver, target.config, target.name);
    const existing = await this.#parts.store.named('target', target.name);
    if (existing === undefined) return await this.#create(target);
    if (existing.kind !== target.kind) {
      throw new DestinoError('conflict', `target '${target.name}' exists already, as ${existing.kind}`, { scope: target.name, hint: `choose another name, or delete it first: destino target detach ${target.name}` });
    }
    return await this.#revise(existing, target);
  }

  async get(name: string): Promise<Target> {
    return targetOf(await this.#parts.targets.record(name));
  }

  async list(): Promise<Target[]> {
    const targets: Target[] = [];
    for (let after: string | undefined; ; ) {
      const page = await this.#parts.store.list({ type: 'target', limit: 1000, ...(after !== undefined && { after }) });
      targets.push(...page.items.filter(({ state }) => state !== 'gone').map(targetOf));
      if (page.next === undefined) return targets;
      after = page.next;
    }
  }

  /** Looks at the target now and keeps what it said, for `check`. */
  async probe(name: string, signal?: AbortSignal): Promise<TargetProbe> {
    const { target } = await this.#parts.targets.use(name);
    const probe = await target.probe(signal === undefined ? {} : { signal });
    await this.#write(name, (doc) => ({ ...doc, attributes: { ...doc.attributes, probe: { ...probe, probedAt: wallTime(this.#parts.clock) } } }));
    return probe;
  }

  /** Its machines or devices, as they are now. @throws `unsupported` with the driver's reason when its kind shows none. */
  async *nodes(name: string, signal?: AbortSignal): AsyncIterable<Node> {
    const { target, kind } = await this.#parts.targets.use(name);
    if (target.nodes === undefined) throw new DestinoError('unsupported', `targets of kind '${kind}' show no nodes`, { scope: name, hint: `destino target show ${name}` });
    yield* target.nodes.list(undefined, signal === undefined ? {} : { signal });
  }

  /** Asks the target itself whether it would take a job now; `undefined` when its driver cannot ask. */
  async admit(name: string, spec: JobSpec, signal?: AbortSignal): Promise<Admission | undefined> {
    const { target } = await this.#parts.targets.use(name);
    return await target.jobs?.admit?.(spec, signal === undefined ? {} : { signal });
  }

  /** Lets a target go. @throws `conflict` with the list of its live jobs and services. */
  async remove(name: string): Promise<void> {
    const { store } = this.#parts;
    const record = await this.#parts.targets.record(name);
    const live: string[] = [];
    for (const type of ['job', 'service'] as const) {
      // By state: jobs that have ended and are only being released may be many, and do not count.
      const page = await store.list({ type, target: name, active: true, limit: 20, ...(type === 'job' && { states: unfinished }) });
      live.push(...page.items.map((item) => `${type} ${item.name}`));
    }
    if (live.length > 0) {
      throw new DestinoError('conflict', `target '${name}' has live work: ${live.join(', ')}`, { scope: name, hint: `end it first: destino job cancel --all --target ${name}`, details: live });
    }
    await store.remove([record.id]);
    await this.#parts.targets.forget(name);
  }

  async #create(target: NewTarget): Promise<Target> {
    const { store, randomBytes, clock } = this.#parts;
    const doc: TargetDoc = { revision: 1, configs: { '1': target.config }, attributes: {}, ...(target.unreachableAfterMs !== undefined && { unreachableAfterMs: target.unreachableAfterMs }) };
    const { record, created } = await store.create(
      {
        type: 'target',
        id: newKey(randomBytes),
        name: target.name,
        kind: target.kind,
        state: 'ready',
        active: false,
        needs: [],
        createdAt: wallTime(clock),
        ...(target.createdBy !== undefined && { createdBy: target.createdBy }),
        spec: { origin: target.origin ?? 'attached' },
        doc,
      },
      { type: 'created', at: wallTime(clock), data: { kind: target.kind } },
    );
    // Somebody else created it in the same moment, perhaps with another configuration.
    return created ? targetOf(record) : await this.#revise(record, target);
  }

  async #revise(existing: StoreRecord, target: NewTarget): Promise<Target> {
    const before = targetDocSchema.parse(existing.doc);
    if (revised(before, target) === before) return targetOf(existing);
    return targetOf(await this.#write(existing.name, (doc) => revised(doc, target)));
  }

  /** A target is at rest: whoever changes it takes its claim for one write. */
  async #write(name: string, change: (doc: TargetDoc) => TargetDoc): Promise<StoreRecord> {
    const { session } = this.#parts;
    const sessionId = session.id ?? (await this.#renewed());
    const record = await this.#parts.targets.record(name);
    try {
      return await this.#writeInTurn(sessionId, record, change);
    } catch (error) {
      // Whether the claim was had, and given back, is not known: with the session it ends for certain.
      if (toDestinoError(error).op !== 'engine.target') session.doubt();
      throw error;
    }
  }

  /** Another holds the claim for one write, or until its session ends if it died in between: worth waiting for. */
  async #writeInTurn(sessionId: string, record: StoreRecord, change: (doc: TargetDoc) => TargetDoc): Promise<StoreRecord> {
    const { clock, policy } = this.#parts;
    const untilMs = clock.monotonicMs() + 2 * policy.sessionLifetimeMs;
    for (let pauseMs = 10; ; pauseMs = Math.min(2 * pauseMs, 500)) {
      try {
        return await this.#writeTaken(sessionId, record, change);
      } catch (error) {
        if (toDestinoError(error).op !== 'engine.target' || clock.monotonicMs() > untilMs) throw error;
        await clock.sleep(pauseMs);
      }
    }
  }

  async #writeTaken(sessionId: string, { id, name }: StoreRecord, change: (doc: TargetDoc) => TargetDoc): Promise<StoreRecord> {
    const { store } = this.#parts;
    const changing = new DestinoError('unavailable', `target '${name}' is being changed by another process`, { scope: name, op: 'engine.target', hint: 'try again in a moment' });
    const taken = await store.take(sessionId, id);
    if (taken === undefined) throw changing;
    const claim = { id: taken.id, session: sessionId, fence: taken.fence };
    const outcome = await store.commit(claim, { record: { doc: change(targetDocSchema.parse(taken.doc)) }, letGo: true });
    if (!outcome.ok) throw changing;
    return outcome.record;
  }

  async #renewed(): Promise<string> {
    await this.#parts.session.renew();
    const { id } = this.#parts.session;
    if (id === undefined) throw new DestinoError('unavailable', 'this host has no session with the store', { hint: 'try again' });
    return id;
  }
}
