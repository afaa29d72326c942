import type { Driver } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey, serviceSpecSchema, type Handle, type JobSpec } from '@destino/core/model';
import { createManualClock } from '../manual-clock.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import type { JobProgramme } from '../conformance/programme-kind.ts';
import type { ConformanceSubject, OtherProcess } from '../conformance/subject.ts';
import { joinHooks, type CallHooks } from './call-hooks.ts';
import { createFakeDriver, type FakeConfig, type FakeDriverOptions } from './create-fake-driver.ts';
import { createFakeRemote } from './create-fake-remote.ts';
import type { ProgrammeInput } from './programme.ts';
import type { RemoteSettingsInput } from './remote/settings.ts';

export type FakeSubjectOptions = RemoteSettingsInput & {
  driver?: Omit<Partial<FakeDriverOptions>, 'remote'>;
  /** Replaces the driver by a changed one, as a broken driver is. */
  change?: (driver: Driver<FakeConfig>) => Driver<FakeConfig>;
};

const owner = { workspace: 'conformance', incarnation: 'first' };
const lineEnd = '\n';

function programmeOf(programme: JobProgramme): ProgrammeInput {
  const first = [{ text: `line 1${lineEnd}` }];
  switch (programme.does) {
    case 'succeeds':
      return { prepareMs: 30, durationMs: 10, log: first };
    case 'fails':
      return { durationMs: 10, exitCode: programme.exitCode, log: first };
    case 'prints': {
      const everyMs = programme.everyMs ?? 0;
      const log = Array.from({ length: programme.lines }, (_, index) => ({ text: `line ${index + 1}${lineEnd}`, atMs: index * everyMs }));
      return { durationMs: programme.lines * everyMs + 1, log };
    }
    case 'sleeps':
      return { durationMs: programme.ms, log: first };
    case 'ignores-term':
      return { durationMs: 600_000, ignoreTerm: true, log: first };
    case 'has-child':
      return { durationMs: 600_000, ignoreTerm: programme.ignoresTerm === true, log: [{ text: `child${lineEnd}`, repeat: 600, everyMs: 1000 }] };
    case 'gang': {
      const nodes = programme.failing === undefined ? [] : [{ node: programme.failing, durationMs: 5, exitCode: 3 }];
      return { durationMs: programme.failing === undefined ? 10 : 600_000, nodes, log: [{ text: `rank {node}${lineEnd}` }] };
    }
    case 'reads-secret':
      return { log: [{ text: `length {length:PLANTED}${lineEnd}` }] };
    case 'leaves-output':
      return { outputs: [{ path: 'result.txt', text: programme.text }] };
    default:
      return programme satisfies never;
  }
}

function makeJob(programme: JobProgramme): JobSpec {
  const nodes = programme.does === 'gang' ? programme.nodes : 1;
  const secrets = programme.does === 'reads-secret' ? { PLANTED: { secret: programme.secret } } : {};
  return jobSpecSchema.parse({ name: programme.does, command: ['true'], secrets, resources: { nodes, properties: { fake: programmeOf(programme) } } });
}

/** Hooks that lose an answer when they are told to. */
function lossyHooks(): { hooks: CallHooks; loseNextAnswer(op: string): void } {
  const lost = new Set<string>();
  return {
    loseNextAnswer: (op) => void lost.add(op),
    hooks: {
      after: ({ op }) => {
        if (lost.delete(op)) throw new DestinoError('unavailable', 'the connection broke before the answer');
      },
    },
  };
}

const unknownHandle: Handle = { kind: 'fake', stateVersion: 1, id: 'nothing', state: { what: 'job', key: 'nothing', record: 'nothing' } };

/** The fake driver as a subject of the conformance checks: also the shortest example of how to write one. */
export function createFakeSubject(options: FakeSubjectOptions = {}): ConformanceSubject & { clock: ReturnType<typeof createManualClock> } {
  const { driver: driverOptions, change = (driver) => driver, ...settings } = options;
  const clock = createManualClock();
  const remote = createFakeRemote({ nowMs: () => clock.monotonicMs(), ...settings });
  const lossy = lossyHooks();
  const hooks = driverOptions?.hooks === undefined ? lossy.hooks : joinHooks(driverOptions.hooks, lossy.hooks);
  const driver = change(createFakeDriver({ remote, ...driverOptions, hooks }));
  const random = createSeededRandom(1);
  const plantedSecrets = { 'planted-token': 'hunter2-is-not-for-logs' };
  const contexts: TestContext[] = [];
  const open = (target: string, as = owner): ReturnType<typeof driver.open> => {
    const context = createTestContext({ clock, owner: as, secrets: plantedSecrets });
    contexts.push(context);
    return driver.open({ target }, context);
  };
  const elsewhere = async (): Promise<OtherProcess> => {
    // What a new process has: nothing but the remote. It dies by never coming back from behind the effect.
    let dying: (() => void) | undefined;
    const own: CallHooks = { after: ({ op }) => (dying === undefined || op !== 'jobs.submit' ? undefined : (dying(), new Promise(() => undefined))) };
    const target = change(createFakeDriver({ remote, ...driverOptions, hooks: joinHooks(hooks, own) })).open({ target: 'fake' }, createTestContext({ clock, owner, secrets: plantedSecrets }));
    const { jobs } = target;
    if (jobs === undefined) throw new DestinoError('unsupported', 'this driver runs no jobs');
    return {
      jobs,
      submitAndDie: (...words) =>
        new Promise((resolve, reject) => {
          dying = resolve;
          jobs.submit(...words).then(() => resolve(), reject);
        }),
      end: async () => (dying === undefined ? await target[Symbol.asyncDispose]() : undefined),
    };
  };
  return {
    driver,
    elsewhere,
    config: { target: 'fake' },
    owner,
    clock,
    plantedSecrets,
    makeJob,
    open: (more) => open('fake', more?.owner),
    openFresh: ({ name, exists, owner: as }) => {
      if (exists && !remote.targetExists(name)) remote.plantTarget(name);
      return open(name, as);
    },
    makeService: (name, revision) =>
      serviceSpecSchema.parse({ name, revision, server: { kind: 'script', snapshot: 's', entryScript: 'score.py' }, resources: { properties: { fake: { deployMs: 20, updateMs: 20 } } } }),
    sampleRequest: { body: new TextEncoder().encode('{}'), contentType: 'application/json' },
    unknownHandle: () => unknownHandle,
    newKey: () => newKey((size) => random.bytes(size)),
    drive: () => clock.advance(10),
    loggedText: () => JSON.stringify(contexts.map((context) => context.lines)),
    startsOf: (key) => remote.truth.startsOf(key),
    interposer: lossy,
  };
}
