import { DestinoError, toDestinoError } from '../errors/index.ts';
import { guardTarget } from '../guard/index.ts';
import { isTerminalJobState, type JobState } from '../model/index.ts';
import type { Page, RecordQuery, Requests, StoreRecord } from '../store/index.ts';
import { EndpointBook } from './endpoint/endpoint-book.ts';
import { endpointNeed } from './endpoint/endpoint-host.ts';
import type { EngineOptions } from './engine-options.ts';
import { followLogs, type FollowOptions, type LogChunk } from './follow-logs.ts';
import { HostSession } from './host-session.ts';
import { InspectionQueue } from './inspection-queue.ts';
import { jobOf, type Job } from './job-view.ts';
import { Keeper } from './keeper.ts';
import { driverOffers, OpenTargets } from './open-targets.ts';
import { wallTime, type EngineParts } from './parts.ts';
import { ModelBook } from './model-book.ts';
import { PassRunner } from './pass-runner.ts';
import { defaultPolicy } from './policy.ts';
import { pruneTarget, type Orphan, type PruneOptions } from './prune.ts';
import { collectGarbage, type Collected, type RetentionPolicy } from './retention.ts';
import { readOutputFile, type OutputOptions } from './read-output.ts';
import { refuseWithoutRoom } from './storage-room.ts';
import { ServiceBook } from './service-book.ts';
import { TargetBook } from './target-book.ts';
import { submitJob, type NewJob } from './submit-job.ts';
import { Tracker } from './tracker.ts';
import { whyJob, type Why } from './why.ts';

export type JobQuery = Omit<RecordQuery, 'type'>;

/**
 * The durable engine. A host creates one, calls `start` to supervise what it can serve, and disposes it; jobs go on
 * without it. All methods but the supervision itself work without `start`, too.
 */
export class Engine implements AsyncDisposable {
  readonly targets: TargetBook;
  readonly services: ServiceBook;
  readonly endpoints: EndpointBook;
  readonly models: ModelBook;
  readonly #parts: EngineParts;
  readonly #keeper: Keeper;
  #leaving = new AbortController();
  readonly #runner: PassRunner;
  readonly #room: () => Promise<void>;
  #loops: Promise<unknown>[] = [];

  constructor(options: EngineOptions) {
    const { store, blobs, clock, randomBytes, logger } = options;
    const policy = { ...defaultPolicy, ...options.policy };
    const drivers = new Map(options.drivers.map((driver) => [driver.kind, driver]));
    const session = new HostSession({ store, clock, policy, host: hostOf(options) });
    const targets = new OpenTargets({ store, drivers, context: options.context, wrap: options.wrap ?? ((target, driver) => guardTarget(target, driver, { logger, clock })) });
    const tracker = new Tracker({ store, session, clock });
    this.#parts = { store, blobs, clock, randomBytes, logger, policy, session, tracker, targets, inspections: new InspectionQueue(clock), followed: new Map(), leaving: { signal: this.#leaving.signal }, ...(options.endpoints !== undefined && { endpoints: { ...options.endpoints, baselines: new Map() } }) };
    tracker.onGone((id) => void options.endpoints?.host.stop(id));
    this.#keeper = new Keeper(this.#parts, options.retention);
    this.#room = async () => refuseWithoutRoom(await options.room?.(), options.quotaBytes);
    this.#runner = new PassRunner(this.#parts);
    this.targets = new TargetBook(this.#parts);
    this.services = new ServiceBook(this.#parts);
    this.endpoints = new EndpointBook(this.#parts);
    this.models = new ModelBook(this.#parts);
  }

  /** How many records this host supervises now, and how many inspection calls it has made. */
  get load(): { supervised: number; inspectionCalls: number } {
    return { supervised: this.#parts.tracker.size, inspectionCalls: this.#parts.inspections.calls };
  }

  /** Joins the workspace and begins to supervise. Rejects when the store cannot be had. */
  async start(): Promise<void> {
    if (this.#loops.length > 0) return;
    await this.#keeper.turn();
    this.#loops = [this.#keeper.run(), this.#runner.run()];
  }

  /**
   * Stores a job; it is durable when this resolves. @throws `quota` when the disk is too full for new work, `not-found`
   * for an unknown target, `config-invalid` with all problems when no candidate can run it, `conflict` when the name
   * belongs to another job.
   */
  async submit(job: NewJob): Promise<{ job: Job; created: boolean }> {
    const certain = <T>(call: () => Promise<T>): Promise<T> => this.#keeper.certain(call);
    return await submitJob(this.#parts, job, { claim: this.#loops.length > 0, room: this.#room, certain });
  }

  /** By name or id; `undefined` when there is none. */
  async job(nameOrId: string): Promise<Job | undefined> {
    const record = await this.#find(nameOrId);
    return record === undefined ? undefined : jobOf(record, await this.#parts.store.attempts(record.id), await this.#living());
  }

  async jobs(query: JobQuery = {}): Promise<Page<Job>> {
    const page = await this.#parts.store.list({ ...query, type: 'job' });
    const living = await this.#living();
    return { ...page, items: page.items.map((record) => jobOf(record, [], living)) };
  }

  async #living(): Promise<ReadonlySet<string>> {
    return new Set((await this.#parts.store.sessions()).map(({ id }) => id));
  }

  /** Asks for the end of a job. Stored first; the engine sees to the rest. Nothing on what has ended. */
  async cancel(nameOrId: string, options: { by?: string; graceMs?: number } = {}): Promise<Job> {
    return await this.#request(nameOrId, 'cancel', { cancel: { atMs: await this.#parts.store.nowMs(), ...options } });
  }

  /** Ends a job as `lost` by the user's word. What appears of it later is ended. */
  async abandon(nameOrId: string, options: { by?: string } = {}): Promise<Job> {
    return await this.#request(nameOrId, 'abandon', { abandon: { atMs: await this.#parts.store.nowMs(), ...options } });
  }

  async #request(nameOrId: string, what: string, requests: Partial<Requests>): Promise<Job> {
    const { store, tracker, clock } = this.#parts;
    const found = await this.#required(nameOrId);
    if (isTerminalJobState(found.state as JobState)) return jobOf(found, await store.attempts(found.id));
    const record = await store.request(found.id, requests, { type: 'requested', at: wallTime(clock), data: { [what]: true } });
    tracker.wake(found.id);
    return jobOf(record ?? found, await store.attempts(found.id));
  }

  /** Removes finished jobs with their logs. @throws `conflict` while a job is unfinished. */
  async remove(nameOrId: string): Promise<void> {
    const record = await this.#required(nameOrId);
    if (record.active) throw new DestinoError('conflict', `job ${record.name} is not finished`, { scope: record.name, hint: `end it first: destino job cancel ${record.name}` });
    const { removed, blobs } = await this.#parts.store.remove([record.id]);
    if (removed.length > 0) await this.#parts.blobs.delete(blobs);
  }

  /** The job once it has ended. @throws `aborted` with the signal, `not-found` when it was removed meanwhile. */
  async wait(nameOrId: string, options: { signal?: AbortSignal } = {}): Promise<Job> {
    const { id } = await this.#required(nameOrId);
    for (;;) {
      const record = await this.#required(id);
      if (isTerminalJobState(record.state as JobState)) return jobOf(record, await this.#parts.store.attempts(id));
      await this.#change(id, options.signal);
    }
  }

  async #change(id: string, signal: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController();
    const off = this.#parts.tracker.onChange(id, () => stop.abort());
    try {
      await this.#parts.clock.sleep(200, { signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]) });
    } catch (error) {
      if (!stop.signal.aborted || signal?.aborted === true) throw error;
    } finally {
      off();
    }
  }

  /** The log of a job. Leaving the loop ends everything. */
  async *logs(nameOrId: string, options: FollowOptions = {}): AsyncIterable<LogChunk> {
    yield* followLogs(this.#parts, (await this.#required(nameOrId)).id, options);
  }

  async why(nameOrId: string): Promise<Why> {
    return await whyJob(this.#parts, await this.#required(nameOrId));
  }

  /** Bytes of a collected output file. @throws `not-found` when the workspace does not hold it. */
  output(hash: string, options: { from?: number; signal?: AbortSignal } = {}): AsyncIterable<Uint8Array> {
    return this.#parts.blobs.get(hash, options);
  }

  /** Bytes of one output file of one attempt, wherever it is, also while the job runs. @throws `not-found`, `unsupported`. */
  async *outputFile(nameOrId: string, output: string, path: string, options: OutputOptions = {}): AsyncIterable<Uint8Array> {
    yield* readOutputFile(this.#parts, (await this.#required(nameOrId)).id, output, path, options);
  }

  async prune(target: string, options: PruneOptions = {}): Promise<Orphan[]> {
    return await pruneTarget(this.#parts, target, options);
  }

  async collectGarbage(policy?: RetentionPolicy): Promise<Collected> {
    return await collectGarbage(this.#parts, policy);
  }

  /**
   * Gives away what this host supervises, after the passes under way, so that another host may claim it at once.
   * Transfers end in their middle, for they are resumed; everything else is seen through.
   * Answers the ids. The host goes on claiming unless it is disposed.
   */
  async handOver(): Promise<string[]> {
    const claims = [...this.#parts.tracker.all()].map(({ claim }) => claim);
    this.#parts.tracker.clear();
    this.#leaving.abort();
    await this.#runner.settled();
    this.#leaving = new AbortController();
    this.#parts.leaving.signal = this.#leaving.signal;
    await this.#keeper.certain(() => this.#parts.store.letGo(claims));
    return claims.map(({ id }) => id);
  }

  /** Claims at once what is free, for a host that was told of it, instead of within `claimEveryMs`. */
  async claimNow(): Promise<void> {
    if (this.#loops.length === 0) return;
    this.#keeper.claimSoon();
    await this.#keeper.turn();
  }

  /** Replaces the names of the secrets that this host can resolve; what needs them may be claimed from now on. */
  async offerSecrets(names: readonly string[]): Promise<void> {
    const { session } = this.#parts;
    const others = session.host.offers.filter((offer) => !offer.startsWith('secret:'));
    const offers = [...others, ...names.map((name) => `secret:${name}`)].sort();
    if (offers.join('\n') === session.host.offers.join('\n')) return;
    session.offer(offers);
    await this.claimNow();
  }

  /** Whether a living host other than this one supervises the job. */
  async supervisedElsewhere(nameOrId: string): Promise<boolean> {
    const record = await this.#required(nameOrId);
    const sessions = await this.#parts.store.sessions();
    return record.session !== undefined && record.session !== this.#parts.session.id && sessions.some(({ id }) => id === record.session);
  }

  /** Ends the supervision by this host and frees its connections; destroys nothing anywhere. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#keeper.stop();
    this.#leaving.abort();
    await this.#runner.stop();
    await Promise.allSettled(this.#loops);
    this.#loops = [];
    await this.#parts.endpoints?.host.stopAll();
    const errors = await this.#parts.targets.dispose();
    for (const error of errors) this.#parts.logger.warn('engine.dispose-failed', { error: String(error) });
    try {
      await this.#parts.session.end();
    } catch (error) {
      // It ends by itself, after its lifetime.
      this.#parts.logger.warn('engine.session-left', { error: toDestinoError(error).message });
    }
  }

  async #find(nameOrId: string): Promise<StoreRecord | undefined> {
    const { store } = this.#parts;
    const named = await store.named('job', nameOrId);
    if (named !== undefined) return named;
    const record = await store.record(nameOrId);
    return record?.type === 'job' ? record : undefined;
  }

  async #required(nameOrId: string): Promise<StoreRecord> {
    const record = await this.#find(nameOrId);
    if (record === undefined) throw new DestinoError('not-found', `there is no job '${nameOrId}'`, { scope: nameOrId, hint: 'see which there are: destino job list' });
    return record;
  }
}

function hostOf({ host, drivers, endpoints }: EngineOptions): ConstructorParameters<typeof HostSession>[0]['host'] {
  const offers = [`host:${host.hostId}`, ...(endpoints === undefined ? [] : [endpointNeed]), ...drivers.flatMap(driverOffers), ...(host.secrets ?? []).map((name) => `secret:${name}`)];
  return { hostId: host.hostId, role: host.role, offers: offers.sort(), ...(host.pid !== undefined && { pid: host.pid }), ...(host.bootId !== undefined && { bootId: host.bootId }) };
}
