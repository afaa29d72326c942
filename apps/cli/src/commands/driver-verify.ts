import { randomBytes } from 'node:crypto';
import type { ComputeTarget, Driver, DriverContext } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey, type Handle, type JobSpec, type Owner } from '@destino/core/model';
import type * as Kit from '@destino/driver-testkit';
import type { ConformanceSubject } from '@destino/driver-testkit';
import type { Destino } from '@destino/runtime';
import { exitCodes } from '../exit-code.ts';
import { namesOption, textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

type Testkit = Pick<typeof Kit, 'runConformance' | 'shellCommand'>;
type Subject = ConformanceSubject;

/** Tries a driver on one of the workspace's targets with every check of the conformance kit, and prints a report. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const testkit = await loadTestkit();
  const destino = await context.open();
  await destino.prepareTargets();
  const subject = await subjectOf(destino, testkit, textArgument(given, 'target') ?? '');
  const only = namesOption(given, 'only');
  const report = await testkit.runConformance(subject, only === undefined ? {} : { only });
  if (console.json) console.object({ schemaVersion: 1, ...report });
  else {
    for (const { outcome, id, sentence, message } of report.checks) {
      console.line(`${outcome === 'passed' ? console.style('green', '✔') : console.style('red', '✖')} ${id}  ${sentence}`);
      if (message !== undefined) console.line(`    ${message}`);
    }
    for (const { id, reason } of report.notRun) console.line(`- ${id}  not run: ${reason}`);
    console.line(`${report.kind}: ${report.passed} passed, ${report.failed} failed, ${report.notRun.length} not run`);
  }
  return report.failed === 0 ? exitCodes.done : exitCodes.failed;
};

async function loadTestkit(): Promise<Testkit> {
  try {
    return await import('@destino/driver-testkit');
  } catch (cause) {
    throw new DestinoError('not-found', 'the conformance kit is not installed', { hint: 'npm install --save-dev @destino/driver-testkit', cause });
  }
}

const planted = { 'verify-secret': 'a value that must never be seen' };

async function subjectOf(destino: Destino, testkit: Testkit, name: string): Promise<Subject> {
  const { kind, config } = await destino.targets.get(name);
  const driver: Driver | undefined = destino.drivers.get(kind);
  if (driver === undefined) throw new DestinoError('unsupported', `no driver for kind '${kind}' is loaded`, { hint: 'destino driver list' });
  const lines: string[] = [];
  const owner = { workspace: destino.workspace.name, incarnation: `verify-${freshKey().slice(0, 8)}` };
  const open = (options: { owner?: Owner } = {}): ComputeTarget => driver.open(driver.configSchema.parse(config), contextOf(destino, { name, kind, owner: options.owner ?? owner, lines }));
  const sample = await sampleHandle(open(), testkit);
  return {
    driver,
    config: driver.configSchema.parse(config),
    owner,
    open,
    clock: destino.clock,
    plantedSecrets: planted,
    newKey: freshKey,
    loggedText: () => lines.join('\n'),
    unknownHandle: () => JSON.parse(JSON.stringify(sample.handle).replaceAll(sample.key, freshKey())) as Handle,
    makeJob: (programme) => jobOf(testkit, programme),
  };
}

function freshKey(): string {
  return newKey((size) => randomBytes(size));
}

function contextOf(destino: Destino, { name, kind, owner, lines }: { name: string; kind: string; owner: Owner; lines: string[] }): DriverContext {
  const log = (event: string, fields?: object): void => {
    lines.push(JSON.stringify({ event, ...fields }));
  };
  const secrets = {
    resolve: async ({ secret }: { secret: string }): Promise<string> => new Map(Object.entries(planted)).get(secret) ?? (await destino.secrets.resolve({ secret })),
    store: async (secret: string): Promise<{ secret: string }> => ({ secret }),
  };
  return { ...destino.driverContext({ name, kind }), owner, logger: { debug: log, info: log, warn: log }, secrets };
}

function jobOf(testkit: Testkit, programme: Parameters<Subject['makeJob']>[0]): JobSpec {
  return jobSpecSchema.parse({
    name: 'verify',
    command: [testkit.shellCommand(programme)],
    baseVariables: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    ...(programme.does === 'gang' && { resources: { nodes: programme.nodes } }),
    ...(programme.does === 'reads-secret' && { secrets: { PLANTED: { secret: programme.secret } } }),
  });
}

/** A handle as this driver makes them: with another key in it, it is one of something that never was. */
async function sampleHandle(target: ComputeTarget, testkit: Testkit): Promise<{ handle: Handle; key: string }> {
  const key = freshKey();
  try {
    const answer = await target.jobs?.submit(jobOf(testkit, { does: 'succeeds' }), { key, fence: 1 });
    if (answer === undefined) throw new DestinoError('unsupported', 'only drivers that run jobs can be tried from here', { hint: 'run the kit in the tests of its package: @destino/driver-testkit/vitest' });
    if ('busy' in answer) throw new DestinoError('unavailable', `the target has no room now: ${answer.busy.text}`, { hint: 'try again when it is idle' });
    return { handle: answer.handle, key };
  } finally {
    await target[Symbol.asyncDispose]();
  }
}
