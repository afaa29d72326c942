import { randomBytes } from 'node:crypto';
import type { AnyDriver, Clock, ComputeTarget } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey, type Handle, type Json, type Owner, type ServiceSpec } from '@destino/core/model';
import { startOtherProcess } from '../other-process/start-other-process.ts';
import { createRealClock } from '../real-clock.ts';
import { createTestContext, type TestContext, type TestContextOptions } from '../test-context.ts';
import { shellCommand } from './programme-kind.ts';
import type { ConformanceSubject, Interposer } from './subject.ts';

export type SubjectParts<Config> = Pick<ConformanceSubject, 'openFresh' | 'sampleRequest' | 'interposer' | 'startsOf' | 'patienceMs' | 'pollMs' | 'dispose'> & {
  driver: Omit<AnyDriver, 'check' | 'open' | 'configSchema'> & { check: unknown; open(config: Config, context: TestContext): ReturnType<AnyDriver['open']>; configSchema: { parse(config: unknown): Config } };
  /** As a user writes it. */
  config: Json;
  /** What the context holds beside the usual, in this process and, by the export of that name, in others. */
  surroundings?: () => Partial<TestContextOptions>;
  /** A handle as the driver makes them, of a key that was never used. */
  unknownHandle(key: string): Handle;
  /** Puts into a context of this process what its jobs and services need: snapshots. */
  prepare?(context: TestContext): void;
  makeService?(name: string, revision: number): ServiceSpec;
  /** `import.meta.url` of a module that exports `driver`, and `surroundings` where there are any: what other processes import. */
  module?: string;
  /** Where the part's time passes faster, its clock. Default: the real one, which other processes always have. */
  clock?: Clock;
  /** What the config refers to, by name. Like the planted one, their values must be seen nowhere. */
  secrets?: Readonly<Record<string, string>>;
  /** Where commands of jobs are found. Default `/usr/local/bin:/usr/bin:/bin`. */
  path?: string;
};

const owner: Owner = { workspace: 'conformance', incarnation: 'of-one-run' };
const planted = { planted: 'a-value-that-nobody-may-see' };

/** A subject for a driver whose jobs are POSIX shell, on a real clock: what most drivers need. */
export function createSubject<Config>(parts: SubjectParts<Config>): ConformanceSubject {
  const { driver, config: written, surroundings, module, path = '/usr/local/bin:/usr/bin:/bin', unknownHandle, prepare, clock = createRealClock(), secrets, ...rest } = parts;
  const config = driver.configSchema.parse(written);
  const contexts: TestContext[] = [];
  const plantedSecrets = { ...planted, ...secrets };
  const losing = answerLoser();
  const freshKey = (): string => newKey((size) => new Uint8Array(randomBytes(size)));
  return {
    interposer: losing,
    ...rest,
    driver: driver as unknown as AnyDriver,
    config,
    owner,
    clock,
    plantedSecrets,
    newKey: freshKey,
    open: (options = {}) => {
      const context = createTestContext({ clock, owner: options.owner ?? owner, secrets: plantedSecrets, ...surroundings?.() });
      prepare?.(context);
      contexts.push(context);
      return losing.around(driver.open(config, context));
    },
    makeJob: (programme) =>
      jobSpecSchema.parse({
        name: `conformance-${programme.does}`,
        command: [shellCommand(programme)],
        baseVariables: { PATH: path },
        ...(programme.does === 'gang' && { resources: { nodes: programme.nodes } }),
        ...(programme.does === 'reads-secret' && { secrets: { PLANTED: { secret: programme.secret } } }),
      }),
    unknownHandle: () => unknownHandle(freshKey()),
    loggedText: () => JSON.stringify(contexts.map((context) => context.lines)),
    ...(module !== undefined && { elsewhere: () => startOtherProcess({ module, config: written, owner, secrets: plantedSecrets }) }),
  };
}

/** Loses answers where no connection can be broken: the effect is there, and the caller never hears of it. */
function answerLoser(): Interposer & { around(target: ComputeTarget): ComputeTarget } {
  let loses = false;
  return {
    loseNextAnswer: () => void (loses = true),
    around: (target) => {
      const { jobs } = target;
      if (jobs === undefined) return target;
      const submit: typeof jobs.submit = async (spec, options) => {
        const answer = await jobs.submit(spec, options);
        if (!loses) return answer;
        loses = false;
        throw new DestinoError('unavailable', 'the connection broke before the answer');
      };
      return { ...target, jobs: { ...jobs, submit } };
    },
  };
}
