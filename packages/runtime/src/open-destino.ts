import { join } from 'node:path';
import type { ContextFactory, EndpointHost, Engine, FollowOptions, Job, JobRequestInput, LogChunk } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import type { Clock, DriverContext, Logger } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import type { Json, RandomBytes } from '@destino/core/model';
import type { StateStore } from '@destino/core/store';
import type { DependencyContainer } from 'tsyringe';
import { askAgent } from './agent/agent-client.ts';
import { bringUp, handOver, type HandOver } from './agent/hand-over.ts';
import type { AgentAnswer, AgentRequest } from './agent/protocol.ts';
import { launchAgent, type AgentStart } from './agent/start-agent.ts';
import type { AsyncStack } from './async-stack.ts';
import { endDeadSessions } from './dead-sessions.ts';
import type { Destino, RunInput, Submitted } from './destino.ts';
import type { DriverRegistry } from './drivers/driver-registry.ts';
import type { ContentParts } from './endpoint/deployment-content.ts';
import { Endpoints, type Serving } from './endpoint/endpoints.ts';
import type { CheckOptions, FileCheck } from './job/check-file.ts';
import { newJobName } from './job/job-name.ts';
import { isSameJob } from './job/same-job.ts';
import { secretNames } from './job/secret-names.ts';
import { Models } from './model/models.ts';
import { reconcile } from './reconcile.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { tokens } from './tokens.ts';
import type { WorkspaceChoice } from './workspace/find-workspace.ts';
import { userFilePath, type Places, type Variables } from './workspace/places.ts';
import type { Settings } from './workspace/settings.ts';

type Parts = { container: DependencyContainer; workspace: WorkspaceChoice; stack: AsyncStack; serves: boolean; user: string; agentCommand: readonly string[] | undefined };

const localTarget = 'local';

/** See `Destino`. */
export class OpenDestino implements Destino {
  readonly workspace: WorkspaceChoice;
  readonly places: Places;
  readonly variables: Variables;
  readonly engine: Engine;
  readonly drivers: DriverRegistry;
  readonly secrets: SecretStore;
  readonly store: StateStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly randomBytes: RandomBytes;
  readonly #hostId: string;
  readonly #context: ContextFactory;
  readonly #stack: AsyncStack;
  readonly #user: string;
  readonly #agentCommand: readonly string[] | undefined;
  readonly #serves: boolean;
  readonly models: Models;
  readonly endpoints: Endpoints;
  readonly #gateway: EndpointHost | undefined;
  #settings: Promise<Settings> | undefined;
  #prepared: Promise<void> | undefined;

  constructor({ container, workspace, stack, serves, user, agentCommand }: Parts) {
    this.workspace = workspace;
    this.places = container.resolve(tokens.places);
    this.variables = container.resolve(tokens.variables);
    this.engine = container.resolve(tokens.engine);
    this.drivers = container.resolve(tokens.drivers);
    this.secrets = container.resolve(tokens.secrets);
    this.store = container.resolve(tokens.store);
    this.blobs = container.resolve(tokens.blobs);
    this.clock = container.resolve(tokens.clock);
    this.logger = container.resolve(tokens.logger);
    this.randomBytes = container.resolve(tokens.randomBytes);
    this.#hostId = container.resolve(tokens.host).hostId;
    this.#context = container.resolve(tokens.context);
    this.#stack = stack;
    this.#user = user;
    this.#agentCommand = agentCommand;
    this.#serves = serves;
    this.models = new Models({ engine: this.engine, store: this.store, blobs: this.blobs, user });
    this.endpoints = new Endpoints({
      engine: this.engine,
      keys: container.resolve(tokens.endpointKeys),
      user,
      content: async () => await this.#contentParts(),
      ensureServed: async (needed) => await this.#ensureServed(needed),
      measures: async (id) => (await this.askAgent({ op: 'measures', endpoint: id }))?.measures ?? this.#gateway?.measures(id) ?? {},
      sleep: async (ms, signal) => await this.clock.sleep(ms, signal === undefined ? {} : { signal }),
    });
    this.#gateway = container.resolve(tokens.gateway).host;
  }

  async #contentParts(): Promise<ContentParts> {
    await this.prepareTargets();
    const { engine, blobs, places, drivers, models } = this;
    return { engine, blobs, places, drivers, models, settings: await this.settings(), secretNames: this.secrets.names() };
  }

  /** This process where it serves itself, else the agent, which is started and told that there is something to claim. */
  async #ensureServed(needed: readonly string[]): Promise<Serving> {
    if (this.#serves) {
      await this.start();
      await this.engine.claimNow();
      return { served: true };
    }
    const start = this.#agentStart();
    if (start === undefined) return { served: false, reason: 'this program has no background agent' };
    const { engine, secrets, clock, logger } = this;
    const agent = await bringUp({ engine, secrets, clock, logger, start, needed }, start);
    if (agent === undefined || 'reason' in agent) return { served: false, reason: agent?.reason ?? `the background agent did not start; see ${start.places.agentLog}` };
    await askAgent(start.places.agentSocket, { op: 'poke' });
    return { served: true };
  }

  get targets(): Engine['targets'] {
    return this.engine.targets;
  }

  settings(): Promise<Settings> {
    this.#settings ??= this.#loadSettings();
    return this.#settings;
  }

  async #loadSettings(): Promise<Settings> {
    const { loadSettings } = await import('./workspace/settings.ts');
    return await loadSettings({ workspaceFile: this.workspace.file, userFile: userFilePath(this.variables), variables: this.variables, drivers: this.drivers.list(), incomplete: this.drivers.plugins.some(({ error }) => error !== undefined) });
  }

  prepareTargets(): Promise<void> {
    this.#prepared ??= this.#prepareTargets();
    return this.#prepared;
  }

  async #prepareTargets(): Promise<void> {
    if (this.drivers.get(localTarget) !== undefined && (await this.store.named('target', localTarget)) === undefined) {
      await this.targets.put({ name: localTarget, kind: localTarget, config: this.#withMachine({}), origin: 'built-in' });
    }
    for (const [name, { kind, config }] of Object.entries((await this.settings()).targets)) {
      // A kind of a plugin that was not loaded: whoever names the target is told why, all others go on.
      if (this.drivers.get(kind) === undefined) continue;
      await this.targets.put({ name, kind, config: kind === localTarget ? this.#withMachine(config) : config, createdBy: this.#user });
    }
  }

  /** The machine's jobs and slots are shared by all workspaces of the account, where their state is. */
  #withMachine(config: Record<string, Json>): Json {
    return { machineDir: join(this.places.root, 'machine'), ...config };
  }

  async start(): Promise<void> {
    await endDeadSessions(this.store, this.#hostId);
    await this.engine.start();
  }

  async submit(run: RunInput): Promise<Submitted> {
    await this.prepareTargets();
    const name = run.name ?? (await this.#freshName());
    const { request, notes } = await this.#resolve(run, name).catch(async (error: unknown) => {
      throw await this.#explained(error);
    });
    const needed = Object.values(request.spec?.secrets ?? {}).map(({ secret }) => secret);
    if (needed.length > 0) await this.offerSecrets(this.secrets.available(needed));
    await this.start();
    try {
      return { ...(await this.engine.submit({ name, request, createdBy: run.createdBy ?? this.#user })), notes };
    } catch (error) {
      const existing = isDestinoError(error, 'conflict') ? await this.store.named('job', name) : undefined;
      const job = existing === undefined || !isSameJob(existing.spec, request) ? undefined : await this.engine.job(name);
      if (job === undefined) throw await this.#explained(error);
      return { job, created: false, notes };
    }
  }

  /** What is wrong with a target whose plugin was not loaded is the plugin. */
  async #explained(error: unknown): Promise<unknown> {
    if (!isDestinoError(error) || error.scope === undefined) return error;
    const kind = (await this.settings()).targets[error.scope]?.kind;
    return kind === undefined || this.drivers.get(kind) !== undefined ? error : this.drivers.missing(kind);
  }

  async #freshName(): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      const name = newJobName(this.randomBytes, tries);
      if ((await this.store.named('job', name)) === undefined) return name;
    }
  }

  async #resolve(run: RunInput, name: string): Promise<{ request: JobRequestInput; notes: string[] }> {
    if ('request' in run) return { request: run.request, notes: run.notes ?? [] };
    const settings = await this.settings();
    const { resolveTargets } = await import('./workspace/settings.ts');
    const parts = { blobs: this.blobs, places: this.places, variables: this.variables, defaultTargets: [settings.defaultTarget.value] };
    if ('command' in run) {
      const { commandRequest } = await import('./job/command-request.ts');
      const targets = resolveTargets(run.targets ?? parts.defaultTargets, settings.aliases);
      return await commandRequest({ ...run, targets }, name, parts);
    }
    const { fileRequest } = await import('./job/file-request.ts');
    return await fileRequest(run, name, { ...parts, engine: this.engine, drivers: this.drivers, settings, secretNames: this.secrets.names() });
  }

  async check(options: CheckOptions): Promise<FileCheck> {
    await this.prepareTargets();
    const { checkFile } = await import('./job/check-file.ts');
    return await checkFile(options, { engine: this.engine, drivers: this.drivers, settings: await this.settings(), secretNames: this.secrets.names() });
  }

  async run(run: RunInput, options: { onLog?: (chunk: LogChunk) => void; signal?: AbortSignal } = {}): Promise<Job> {
    const { job } = await this.submit(run);
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    for await (const chunk of this.logs(job.id, { follow: true, ...signal })) options.onLog?.(chunk);
    return await this.wait(job.id, signal);
  }

  logs(name: string, options?: FollowOptions): AsyncIterable<LogChunk> {
    return this.engine.logs(name, options);
  }

  wait(name: string, options?: { signal?: AbortSignal }): Promise<Job> {
    return this.engine.wait(name, options);
  }

  async offerSecrets(names: readonly string[]): Promise<void> {
    await this.engine.offerSecrets([...new Set([...this.secrets.names(), ...names])]);
  }

  async reconcile(withinMs?: number): Promise<boolean> {
    return await reconcile({ engine: this.engine, store: this.store, clock: this.clock, hostId: this.#hostId }, withinMs);
  }

  async handOver(names: readonly string[]): Promise<HandOver> {
    const { engine, secrets, clock, logger } = this;
    return await handOver({ engine, secrets, clock, logger, start: this.#agentStart(), needed: await this.#secretsOf(names) }, names);
  }

  async bringUpAgent(): Promise<void> {
    const start = this.#agentStart();
    if (start !== undefined && (await this.askAgent({ op: 'hello' })) === undefined) launchAgent(start);
  }

  #agentStart(): AgentStart | undefined {
    if (this.#agentCommand === undefined) return undefined;
    return { command: this.#agentCommand, places: this.places, variables: this.variables, clock: this.clock };
  }

  /** What the jobs, and the targets they may go to, refer to. */
  async #secretsOf(names: readonly string[]): Promise<string[]> {
    const found = new Set<string>();
    for (const name of names) {
      const record = (await this.store.named('job', name)) ?? (await this.store.record(name));
      const job = await this.engine.job(name);
      for (const secret of record === undefined ? [] : secretNames(record.spec)) found.add(secret);
      for (const target of job?.targets ?? []) for (const secret of secretNames((await this.targets.get(target)).config)) found.add(secret);
    }
    return [...found].sort();
  }

  driverContext(target: { name: string; kind: string }): DriverContext {
    return this.#context(target);
  }

  async askAgent(request: AgentRequest): Promise<AgentAnswer | undefined> {
    return await askAgent(this.places.agentSocket, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
