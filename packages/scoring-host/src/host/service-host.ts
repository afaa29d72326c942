import { CallLog } from '../front/call-log.ts';
import { ScoringServer, type FrontOptions } from '../front/scoring-server.ts';
import type { Backend } from '../workers/backend.ts';
import { Autoscaler } from './autoscale.ts';
import type { HostStatus, Revision } from './revision.ts';
import { startBackend } from './start-backend.ts';

const utilization = 0.7;
const defaultShrinkAfterMs = 60_000;
const scaleEveryMs = 1000;
/** How long stopped connections may still be used by callers that have not yet heard of it. */
const lingerMs = 250;

export type HostOptions = Omit<FrontOptions, 'log' | 'swagger'> & { host: string; port: number; name?: string; version?: string; workerOutput?: 'inherit' | 'ignore'; /** How long fewer copies must have been enough before there are fewer. Default: a minute. */ shrinkAfterMs?: number; write(text: string): void; onStatus(status: HostStatus): void };

type Standing = { revision: Revision; backend: Backend };
type Coming = { revision: Revision; backend?: Backend; abort: AbortController };

/** One service: the front on its port, and behind it the workers of the revision that serves. */
export class ServiceHost {
  readonly #options: HostOptions;
  readonly #log: CallLog;
  readonly #server: ScoringServer;
  readonly #swagger: FrontOptions['swagger'];
  readonly #retiring = new Set<Promise<void>>();
  #port = 0;
  #serving: Standing | undefined;
  #coming: Coming | undefined;
  #failure: { revision: number; message: string; traceback: string } | undefined;
  #wanted = 0;
  #scaling: NodeJS.Timeout | undefined;
  #removing = false;
  #autoscaler: Autoscaler | undefined;
  #told = '';

  constructor(options: HostOptions) {
    this.#options = options;
    this.#log = new CallLog(options.write);
    this.#swagger = { name: options.name ?? 'ML service', version: options.version ?? '1.0', folder: '.' };
    this.#server = new ScoringServer({ ...options, log: this.#log, swagger: this.#swagger });
  }

  /** Requests that are being answered or wait, of the revision that serves. */
  get inFlight(): number {
    return this.#serving?.backend.inFlight ?? 0;
  }

  get status(): HostStatus {
    const standing = this.#coming?.backend?.state ?? this.#serving?.backend.state;
    const copies = (this.#serving?.backend.state ?? standing)?.copies ?? { want: 0, ready: 0, failed: 0 };
    return { pid: process.pid, port: this.#port, ...(this.#serving !== undefined && { revision: this.#serving.revision.revision }), wanted: this.#wanted, ...this.#state(), copies, requests: this.#server.metrics.total };
  }

  #state(): Pick<HostStatus, 'state' | 'rawState' | 'reasons'> {
    if (this.#removing) return { state: 'removing', rawState: 'draining', reasons: [{ code: 'draining', text: 'requests in flight are being answered' }] };
    if (this.#failure !== undefined) {
      const { revision, message, traceback } = this.#failure;
      const still = this.#serving === undefined ? [] : [{ code: 'older-revision', text: `revision ${this.#serving.revision.revision} still answers` }];
      const last = traceback.trim().split('\n').slice(-12).join('\n');
      const reason = { code: 'init-failed', text: `revision ${revision} could not be started: ${message}${last === '' || last === message ? '' : `\n${last}`}`, fix: 'see its log, mend it and deploy again' };
      return { state: 'failed', rawState: 'init-failed', reasons: [reason, ...still] };
    }
    if (this.#coming !== undefined) {
      const text = `revision ${this.#coming.revision.revision}: ${this.#coming.backend === undefined ? 'its environment is being made' : 'init() is running'}`;
      return { state: this.#serving === undefined ? 'deploying' : 'updating', rawState: 'starting', reasons: [{ code: 'starting', text }] };
    }
    const copies = this.#serving?.backend.state.copies;
    if (copies === undefined) return { state: 'deploying', rawState: 'starting', reasons: [{ code: 'starting', text: 'it has not been told what to serve' }] };
    if (copies.ready < copies.want) return { state: copies.failed > 0 || copies.ready === 0 ? 'unhealthy' : 'healthy', rawState: 'restarting', reasons: [{ code: 'copies', text: `${copies.ready} of ${copies.want} copies are ready` }] };
    return { state: 'healthy', rawState: 'ready', reasons: [] };
  }

  /** Resolves with the port. */
  async listen(): Promise<number> {
    this.#port = await this.#server.listen(this.#options.host, this.#options.port);
    this.#scaling = setInterval(() => this.#scale(), scaleEveryMs);
    this.#scaling.unref();
    this.#tell();
    return this.#port;
  }

  /** Brings the service to a revision: the one that serves goes on until the new one is ready. A smaller one is ignored. */
  async apply(revision: Revision): Promise<void> {
    if (revision.revision <= this.#wanted || this.#removing) return;
    this.#wanted = revision.revision;
    this.#failure = undefined;
    this.#abandon();
    const coming: Coming = { revision, abort: new AbortController() };
    this.#coming = coming;
    this.#tell();
    try {
      coming.backend = await startBackend(revision, { changed: () => this.#changed(coming) }, { signal: coming.abort.signal, ...(this.#options.workerOutput !== undefined && { output: this.#options.workerOutput }) });
      if (this.#coming !== coming) this.#retire(coming.backend);
      else this.#changed(coming);
    } catch (error) {
      if (this.#coming === coming) this.#fail(coming.revision.revision, error instanceof Error ? error.message : String(error), '');
    }
  }

  #abandon(): void {
    this.#coming?.abort.abort();
    if (this.#coming?.backend !== undefined) this.#retire(this.#coming.backend);
    this.#coming = undefined;
  }

  #changed(coming: Coming): void {
    if (this.#coming === coming && coming.backend !== undefined) {
      const { phase, failure } = coming.backend.state;
      if (phase === 'ready') this.#take({ revision: coming.revision, backend: coming.backend });
      if (phase === 'failed') {
        const { backend } = coming;
        this.#fail(coming.revision.revision, failure?.message ?? 'no worker could be started', failure?.traceback ?? '');
        this.#retire(backend);
      }
    }
    this.#tell();
  }

  #take(next: Standing): void {
    const last = this.#serving;
    this.#coming = undefined;
    this.#serving = next;
    this.#swagger.folder = next.revision.server.folder;
    this.#server.backend = next.backend;
    this.#log.line('I', 'destino', `revision ${next.revision.revision} serves`);
    if (last !== undefined) this.#retire(last.backend);
    this.#autoscaler = new Autoscaler({ ...next.revision.copies, min: Math.max(1, next.revision.copies.min), concurrency: next.revision.concurrency, utilization, shrinkAfterMs: this.#options.shrinkAfterMs ?? defaultShrinkAfterMs });
  }

  #scale(): void {
    const { backend, revision } = this.#serving ?? {};
    if (backend?.state.phase === 'ready' && revision !== undefined && revision.copies.max > revision.copies.min && this.#autoscaler !== undefined) {
      const { want } = backend.state.copies;
      backend.resize(this.#autoscaler.want(want, backend.inFlight, performance.now()));
    }
    this.#tell();
  }

  #fail(revision: number, message: string, traceback: string): void {
    this.#coming = undefined;
    this.#failure = { revision, message, traceback };
    this.#log.line('E', 'destino', `revision ${revision} could not be started: ${message}`);
    this.#tell();
  }

  #retire(backend: Backend): void {
    const gone = backend.stop();
    this.#retiring.add(gone);
    void gone.then(() => this.#retiring.delete(gone));
  }

  #tell(): void {
    const status = this.status;
    const text = JSON.stringify(status);
    if (text === this.#told) return;
    this.#told = text;
    this.#options.onStatus(status);
  }

  /** Answers what is in flight, at most for so long, and leaves. */
  async stop(graceMs: number): Promise<void> {
    if (this.#removing) return;
    this.#removing = true;
    clearInterval(this.#scaling);
    this.#tell();
    const cut = setTimeout(() => this.#server.cut(), graceMs);
    const patience = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    this.#abandon();
    await new Promise((resolve) => setTimeout(resolve, Math.min(lingerMs, graceMs)));
    await Promise.race([this.#server.close(), patience]);
    if (this.#serving !== undefined) this.#retire(this.#serving.backend);
    await Promise.race([Promise.all(this.#retiring), patience]);
    clearTimeout(cut);
    this.#log.flush();
  }
}
