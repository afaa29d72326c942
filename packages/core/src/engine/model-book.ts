import { z } from 'zod';
import { DestinoError, isDestinoError } from '../errors/index.ts';
import { environmentSchema, jsonSchema, newKey, textMapSchema } from '../model/index.ts';
import type { StoreRecord } from '../store/index.ts';
import { wallTime, type EngineParts } from './parts.ts';

export const modelTypes = ['custom_model', 'mlflow_model', 'triton_model'] as const;

/** Where a model comes from: what `model show` tells, and what a deployment falls back on. */
export const lineageSchema = z.object({
  /** Name and id of the job that made it. */
  job: z.string().optional(),
  jobId: z.string().optional(),
  attempt: z.int().positive().optional(),
  output: z.string().optional(),
  target: z.string().optional(),
  /** The snapshot of the code that the job ran. */
  snapshot: z.string().optional(),
  environment: environmentSchema.optional(),
  /** The path on this machine, or the URI, that it was registered from. */
  path: z.string().optional(),
});
export type Lineage = z.infer<typeof lineageSchema>;

/** `spec` of a model: one version, which never changes. */
export const modelSpecSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  type: z.enum(modelTypes).default('custom_model'),
  /** Its files as a snapshot whose one top folder, or only file, bears the name of what was registered. */
  snapshot: z.string(),
  files: z.int().positive(),
  sizeBytes: z.int().nonnegative(),
  description: z.string().optional(),
  tags: textMapSchema.default({}),
  properties: textMapSchema.default({}),
  flavors: jsonSchema.optional(),
  lineage: lineageSchema.default({}),
});
export type ModelSpec = z.infer<typeof modelSpecSchema>;
export type NewModel = Omit<z.input<typeof modelSpecSchema>, 'version'> & { version?: string };
export type Model = ModelSpec & { schemaVersion: 1; id: string; createdAt: string; createdBy?: string };

/** A version of a model by number, by `latest`, or the latest when neither is said. */
export type ModelReference = { name: string; version?: string | undefined; label?: string | undefined };

const maxTries = 20;

/** The models of a workspace. Bytes are content; a version names them and is never changed. */
export class ModelBook {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /**
   * Registers a version; without one, the next number. The same version with the same content is answered as it is.
   * @throws `conflict` when the version exists with other content, `config-invalid` for a name that is none.
   */
  async register(model: NewModel, createdBy?: string): Promise<{ model: Model; created: boolean }> {
    for (let tries = 1; ; tries += 1) {
      const version = model.version ?? (await this.#nextVersion(model.name));
      try {
        return await this.#create({ ...model, version }, createdBy);
      } catch (error) {
        // Somebody took the number meanwhile.
        if (model.version !== undefined || tries >= maxTries || !isDestinoError(error, 'conflict')) throw error;
      }
    }
  }

  async #create(input: z.input<typeof modelSpecSchema>, createdBy: string | undefined): Promise<{ model: Model; created: boolean }> {
    const parsed = modelSpecSchema.safeParse(input);
    if (!parsed.success) {
      const words = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
      throw new DestinoError('config-invalid', `that is no model: ${words}`, { scope: input.name, hint: 'names and versions are letters, digits, ., _ and -, and begin with a letter or digit' });
    }
    const { store, randomBytes, clock } = this.#parts;
    const at = wallTime(clock);
    const name = recordName(parsed.data.name, parsed.data.version);
    const { record, created } = await store.create(
      { type: 'model', id: newKey(randomBytes), name, kind: parsed.data.type, state: 'registered', active: false, needs: [], createdAt: at, ...(createdBy !== undefined && { createdBy }), spec: parsed.data, doc: {} },
      { type: 'created', at, data: {} },
    );
    return { model: modelOf(record), created };
  }

  async #nextVersion(name: string): Promise<string> {
    let highest = 0;
    for (const { version } of await this.list({ name })) if (/^\d{1,15}$/.test(version)) highest = Math.max(highest, Number(version));
    return String(highest + 1);
  }

  /** @throws `not-found`. */
  async get({ name, version, label }: ModelReference): Promise<Model> {
    if (label !== undefined && label !== 'latest') throw new DestinoError('not-found', `models have no label '${label}'`, { scope: name, hint: `destino model show ${name}@latest` });
    if (version !== undefined) {
      const record = await this.#parts.store.named('model', recordName(name, version));
      if (record !== undefined) return modelOf(record);
      throw new DestinoError('not-found', `there is no model '${name}' in version ${version}`, { scope: name, hint: `see which there are: destino model list ${name}` });
    }
    const [latest] = await this.list({ name, limit: 1 });
    if (latest !== undefined) return latest;
    throw new DestinoError('not-found', `there is no model '${name}'`, { scope: name, hint: 'see which there are: destino model list' });
  }

  /** The newest first: all of them, or the versions of one. */
  async list(query: { name?: string | undefined; limit?: number } = {}): Promise<Model[]> {
    const most = query.limit ?? Number.POSITIVE_INFINITY;
    const models: Model[] = [];
    for (let after: string | undefined; ; ) {
      const page = await this.#parts.store.list({ type: 'model', newestFirst: true, limit: Math.min(1000, most), ...(query.name !== undefined && { prefix: `${query.name}:` }), ...(after !== undefined && { after }) });
      models.push(...page.items.map(modelOf));
      if (page.next === undefined || models.length >= most) return models.slice(0, most);
      after = page.next;
    }
  }

  /** Forgets a version; its bytes go when nothing else needs them. @throws `conflict` while a service serves it. */
  async remove(name: string, version: string): Promise<void> {
    const { id } = await this.get({ name, version });
    const users = await this.#users(name, version);
    if (users.length > 0) {
      throw new DestinoError('conflict', `model ${name}:${version} is served by ${users.join(', ')}`, { scope: name, hint: 'delete those deployments first: destino deployment delete NAME --endpoint ENDPOINT', details: users });
    }
    await this.#parts.store.remove([id]);
  }

  async #users(name: string, version: string): Promise<string[]> {
    const page = await this.#parts.store.list({ type: 'service', active: true, limit: 1000 });
    const served = z.object({ model: z.object({ name: z.literal(name), version: z.literal(version) }) });
    return page.items.filter(({ spec, requests }) => served.safeParse(requests.revise?.spec ?? (spec as { spec?: unknown }).spec).success).map((record) => record.name);
  }
}

function recordName(name: string, version: string): string {
  return `${name}:${version}`;
}

function modelOf({ id, spec, createdAt, createdBy }: StoreRecord): Model {
  return { schemaVersion: 1, id, ...modelSpecSchema.parse(spec), createdAt, ...(createdBy !== undefined && { createdBy }) };
}
