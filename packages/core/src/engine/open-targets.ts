import type { AnyDriver, ComputeTarget, DriverContext } from '../driver/index.ts';
import { DestinoError } from '../errors/index.ts';
import type { Json, Problem } from '../model/index.ts';
import type { StateStore, StoreRecord } from '../store/index.ts';
import { targetDocSchema, type TargetDoc } from './documents.ts';

/** What a host gives a driver for one target. */
export type ContextFactory = (target: { name: string; kind: string }) => DriverContext;

/** Wraps an opened target; the guard in production. */
export type TargetWrapper = (target: ComputeTarget, driver: AnyDriver, name: string) => ComputeTarget;

export type OpenTarget = { id: string; name: string; kind: string; revision: number; driver: AnyDriver; target: ComputeTarget; doc: TargetDoc };

/** What a host must offer to use a driver's handles. */
export function driverNeed(driver: Pick<AnyDriver, 'kind' | 'stateVersion'>): string {
  return `driver:${driver.kind}/${driver.stateVersion}`;
}

/** The offers that one driver makes: its own version of handles, and the older ones it can read. */
export function driverOffers(driver: AnyDriver): string[] {
  const versions = Array.from({ length: driver.stateVersion }, (_, index) => index + 1);
  return versions.filter((version) => version === driver.stateVersion || driver.migrateState !== undefined).map((version) => `driver:${driver.kind}/${version}`);
}

/** Checks what a user wrote against the driver's schema. @throws `config-invalid` with every problem in `details`. */
export function parseConfig(driver: AnyDriver, config: Json, name: string): Json {
  const result = driver.configSchema.safeParse(config);
  if (result.success) return config;
  const problems: Problem[] = result.error.issues.map((issue) => ({ severity: 'error', path: issue.path.join('.'), code: issue.code, message: issue.message }));
  throw new DestinoError('config-invalid', `the configuration of target '${name}' is not valid: ${problems.map((problem) => `${problem.path} ${problem.message}`).join('; ')}`, {
    scope: name,
    kind: driver.kind,
    details: problems,
    hint: `see its fields: destino schema target --kind ${driver.kind}`,
  });
}

/** Targets opened by this host, one for each revision in use; opened once, and a failed opening is forgotten. */
export class OpenTargets {
  readonly #store: StateStore;
  readonly #drivers: ReadonlyMap<string, AnyDriver>;
  readonly #context: ContextFactory;
  readonly #wrap: TargetWrapper;
  readonly #open = new Map<string, OpenTarget>();

  constructor(parts: { store: StateStore; drivers: ReadonlyMap<string, AnyDriver>; context: ContextFactory; wrap: TargetWrapper }) {
    this.#store = parts.store;
    this.#drivers = parts.drivers;
    this.#context = parts.context;
    this.#wrap = parts.wrap;
  }

  driver(kind: string): AnyDriver | undefined {
    return this.#drivers.get(kind);
  }

  /** @throws `not-found` when no target has that name. */
  async record(name: string): Promise<StoreRecord> {
    const record = await this.#store.named('target', name);
    if (record === undefined) throw new DestinoError('not-found', `there is no target '${name}'`, { scope: name, hint: 'see which there are: destino target list' });
    return record;
  }

  /** The target at its newest revision, or at an older one that an attempt stands on. */
  async use(name: string, revision?: number): Promise<OpenTarget> {
    const known = revision === undefined ? undefined : this.#open.get(`${name} ${revision}`);
    if (known !== undefined) return known;
    const record = await this.record(name);
    const doc = targetDocSchema.parse(record.doc);
    const wanted = revision ?? doc.revision;
    const cached = this.#open.get(`${name} ${wanted}`);
    if (cached?.id === record.id) return cached;
    // Another target goes by that name now.
    if (cached !== undefined) await this.forget(name);
    const driver = this.#drivers.get(record.kind);
    if (driver === undefined) throw new DestinoError('unsupported', `no driver for kind '${record.kind}' is loaded here`, { scope: name, kind: record.kind, hint: 'see what is loaded: destino driver list' });
    const config = doc.configs[String(wanted)];
    if (config === undefined) throw new DestinoError('lost', `revision ${wanted} of target '${name}' is no longer kept`, { scope: name });
    return this.#opened(record, driver, doc, wanted, config);
  }

  #opened(record: StoreRecord, driver: AnyDriver, doc: TargetDoc, revision: number, config: Json): OpenTarget {
    const target = this.#wrap(driver.open(driver.configSchema.parse(config), this.#context({ name: record.name, kind: record.kind })), driver, record.name);
    const open: OpenTarget = { id: record.id, name: record.name, kind: record.kind, revision, driver, target, doc };
    this.#open.set(`${record.name} ${revision}`, open);
    return open;
  }

  /** Closes every revision of a target that is no more. Answers what failed. */
  async forget(name: string): Promise<unknown[]> {
    return await this.#close([...this.#open].filter(([, open]) => open.name === name));
  }

  async dispose(): Promise<unknown[]> {
    return await this.#close([...this.#open]);
  }

  async #close(entries: readonly [string, OpenTarget][]): Promise<unknown[]> {
    const targets = entries.map(([, open]) => open);
    for (const [key] of entries) this.#open.delete(key);
    const ends = await Promise.allSettled(targets.map(({ target }) => target[Symbol.asyncDispose]()));
    return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  }
}
