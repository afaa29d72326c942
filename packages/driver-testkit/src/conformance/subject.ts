import type { AnyDriver, Clock, ComputeTarget, Jobs } from '@destino/core/driver';
import type { Handle, JobSpec, Owner, ServiceSpec } from '@destino/core/model';
import type { JobProgramme } from './programme-kind.ts';

/** The static part of any driver. */
export type SubjectDriver = Omit<AnyDriver, 'open'>;

/** Breaks calls of the driver under test on their way. */
export interface Interposer {
  /** The next call of this op takes effect, and its answer is lost: the driver sees a broken connection. */
  loseNextAnswer(op: 'jobs.submit'): void;
}

/** The driver in a process of the operating system other than this one: nothing is shared but the target. */
export interface OtherProcess {
  readonly jobs: Pick<Jobs, 'submit' | 'find' | 'inspect' | 'cancel' | 'release'>;
  /** Submits, and is killed between the effect and its answer. */
  submitAndDie(...words: Parameters<Jobs['submit']>): Promise<void>;
  end(): Promise<void>;
}

/**
 * What an author supplies so that the checks can try a driver. Everything that a check waits for is bounded by
 * `patienceMs` of `clock`.
 */
export interface ConformanceSubject {
  readonly driver: SubjectDriver;
  /** The config that `open` uses, as `configSchema` makes it: what `check` is asked with. Default `{}`. */
  readonly config?: unknown;
  /** Opens the one target that all checks share, as another process would: with a context and connections of its own. */
  open(options?: { owner?: Owner }): ComputeTarget | Promise<ComputeTarget>;
  /**
   * Opens the target of that name, which no check before has used. `exists`: it must be there, made by somebody else,
   * for `attach`; else it must not be there, for `provision`. The same name again is the same target.
   */
  openFresh?(options: { name: string; exists: boolean; owner?: Owner }): ComputeTarget | Promise<ComputeTarget>;
  /** Starts a process that has opened the same target for the same owner. `createSubject` makes it of a module's address. */
  elsewhere?(): Promise<OtherProcess>;
  /** Whose things `open()` makes. */
  readonly owner: Owner;
  makeJob(programme: JobProgramme): JobSpec;
  /** Required where services are declared. */
  makeService?(name: string, revision: number): ServiceSpec;
  /** A handle of something that never was, its private state well-formed. */
  unknownHandle(): Handle;
  /** A key never used before. */
  newKey(): string;
  /** The clock that checks wait on, and drivers too. */
  readonly clock: Clock;
  /** Only with a manual clock: moves it on a little. Called again and again while a check runs. */
  drive?(): Promise<void>;
  /** The longest that anything asked for may take here. Milliseconds; default 30,000. */
  readonly patienceMs?: number;
  /** How often checks look again. Milliseconds; default 20. */
  readonly pollMs?: number;
  /** Names and values of secrets that every opened target's context can resolve. At least one. */
  readonly plantedSecrets: Readonly<Record<string, string>>;
  /** Everything that the drivers opened so far wrote to their loggers, as text. */
  loggedText(): string;
  /** How often the command under a key really began, where the subject can tell. */
  startsOf?(key: string): number | Promise<number>;
  readonly interposer?: Interposer;
  /** A request that the service of `makeService` answers, for `invoke`. */
  readonly sampleRequest?: { body: Uint8Array; contentType: string };
  dispose?(): Promise<void>;
}
