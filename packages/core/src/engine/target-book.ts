import type { Admission } from '../driver/index.ts';
import { DestinoError } from '../errors/index.ts';
import { newKey, type JobSpec, type Json, type TargetProbe } from '../model/index.ts';
import { isTerminalJobState, type JobState } from '../model/index.ts';
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
      const page = await store.list({ type, target: name, active: true, limit: 20 });
      live.push(...page.items.filter((item) => type === 'service' || !isTerminalJobState(item.state as JobState)).map((item) => `${type} ${item.name}`));
    }
    if (live.length > 0) {
      throw new DestinoError('conflict', `target '${name}' has live work: ${live.join(', ')}`, { scope: name, hint: `end it first: destino job cancel --all --target ${name}`, details: live });
    }
    await store.remove([record.id]);
  }

  async #create(target: NewTarget): Promise<Target> {
    const { store, randomBytes, clock } = this.#parts;
    const doc: TargetDoc = { revision: 1, configs: { '1': target.config }, attributes: {}, ...(target.unreachableAfterMs !== undefined && { unreachableAfterMs: target.unreachableAfterMs }) };
    const { record } = await store.create(
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
    return targetOf(record);
  }

  async #revise(existing: StoreRecord, { config, unreachableAfterMs }: NewTarget): Promise<Target> {
    const record = await this.#write(existing.name, (before) => {
      const doc = unreachableAfterMs === undefined ? before : { ...before, unreachableAfterMs };
      if (JSON.stringify(doc.configs[String(doc.revision)]) === JSON.stringify(config)) return doc;
      const revision = doc.revision + 1;
      return { ...doc, revision, configs: { ...doc.configs, [String(revision)]: config } };
    });
    return targetOf(record);
  }

  /** A target is at rest: whoever changes it takes its claim for one write. */
  async #write(name: string, change: (doc: TargetDoc) => TargetDoc): Promise<StoreRecord> {
    const { store, session } = this.#parts;
    const sessionId = session.id ?? (await this.#renewed());
    const record = await this.#parts.targets.record(name);
    const taken = await store.take(sessionId, record.id);
    if (taken === undefined) throw new DestinoError('unavailable', `target '${name}' is being changed by another process`, { scope: name, hint: 'try again in a moment' });
    const claim = { id: taken.id, session: sessionId, fence: taken.fence };
    const outcome = await store.commit(claim, { record: { doc: change(targetDocSchema.parse(taken.doc)) }, letGo: true });
    if (!outcome.ok) throw new DestinoError('unavailable', `target '${name}' is being changed by another process`, { scope: name, hint: 'try again in a moment' });
    return outcome.record;
  }

  async #renewed(): Promise<string> {
    await this.#parts.session.renew();
    const { id } = this.#parts.session;
    if (id === undefined) throw new DestinoError('unavailable', 'this host has no session with the store', { hint: 'try again' });
    return id;
  }
}
