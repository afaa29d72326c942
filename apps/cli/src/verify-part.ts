import { randomBytes } from 'node:crypto';
import type { AnyDriver, ComputeTarget, DriverContext } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey, type Handle, type JobSpec, type Owner } from '@destino/core/model';
import type * as Kit from '@destino/driver-testkit';
import type { ConformancePart, ConformanceSubject } from '@destino/driver-testkit';
import type { Destino } from '@destino/runtime';

type Testkit = typeof Kit;

/** The driver by its kind, or by the name of the plugin that brings it. @throws `not-found`, or why it was not loaded. */
function driverNamed(destino: Destino, name: string): AnyDriver {
  const { drivers } = destino;
  const plugin = drivers.plugins.find((each) => each.name === name);
  if (plugin?.error !== undefined) throw plugin.error;
  if (plugin !== undefined && plugin.kinds.length > 1) throw new DestinoError('config-invalid', `the plugin '${name}' brings several kinds`, { hint: `name one: destino driver verify ${plugin.kinds.join('|')}` });
  const driver = drivers.get(plugin?.kinds[0] ?? name);
  if (driver !== undefined) return driver;
  throw new DestinoError('not-found', `there is no kind of target, and no plugin, called '${name}'`, { hint: 'see which there are: destino driver list' });
}

/** The part that comes with the driver. @throws `unsupported` when its package brings none. */
export async function ownPart(destino: Destino, kit: Testkit, name: string): Promise<ConformancePart> {
  const { kind } = driverNamed(destino, name);
  const conformance = await destino.drivers.conformance(kind);
  if (conformance !== undefined) return (await conformance(kit, { kind })) as ConformancePart;
  throw new DestinoError('unsupported', `the driver '${kind}' brings no part to be tried on`, { kind, hint: `try it on a target of yours: destino driver verify ${kind} --target NAME` });
}

const planted = { 'verify-secret': 'a value that must never be seen' };

/** A target of the workspace. What is made there carries an owner's mark of this run only. */
export async function targetPart(destino: Destino, kit: Testkit, kindName: string, name: string): Promise<ConformancePart> {
  await destino.prepareTargets();
  const { kind, config } = await destino.targets.get(name);
  const driver = driverNamed(destino, kindName);
  if (driver.kind !== kind) throw new DestinoError('config-invalid', `the target '${name}' is of kind '${kind}', not '${driver.kind}'`, { hint: `destino driver verify ${kind} --target ${name}` });
  const lines: string[] = [];
  const owner = { workspace: destino.workspace.name, incarnation: `verify-${freshKey().slice(0, 8)}` };
  const open = (options: { owner?: Owner } = {}): ComputeTarget => driver.open(driver.configSchema.parse(config), contextOf(destino, { name, kind, owner: options.owner ?? owner, lines }));
  const sample = driver.capabilities.jobs === true ? await sampleHandle(open(), kit) : undefined;
  const subject: ConformanceSubject = {
    driver,
    config: driver.configSchema.parse(config),
    owner,
    open,
    clock: destino.clock,
    plantedSecrets: planted,
    newKey: freshKey,
    loggedText: () => lines.join('\n'),
    unknownHandle: () => unknownHandle(driver, sample),
    makeJob: (programme) => jobOf(kit, programme),
  };
  return { part: `the target ${name} of the workspace ${destino.workspace.name}`, subject };
}

function freshKey(): string {
  return newKey((size) => randomBytes(size));
}

/** As this driver makes them: with another key in it, it is one of something that never was. */
function unknownHandle({ kind, stateVersion }: AnyDriver, sample: { handle: Handle; key: string } | undefined): Handle {
  if (sample === undefined) return { kind, stateVersion, id: freshKey(), state: null };
  return JSON.parse(JSON.stringify(sample.handle).replaceAll(sample.key, freshKey())) as Handle;
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

function jobOf(kit: Testkit, programme: Parameters<ConformanceSubject['makeJob']>[0]): JobSpec {
  return jobSpecSchema.parse({
    name: 'verify',
    command: [kit.shellCommand(programme)],
    baseVariables: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    ...(programme.does === 'gang' && { resources: { nodes: programme.nodes } }),
    ...(programme.does === 'reads-secret' && { secrets: { PLANTED: { secret: programme.secret } } }),
  });
}

async function sampleHandle(target: ComputeTarget, kit: Testkit): Promise<{ handle: Handle; key: string }> {
  const key = freshKey();
  try {
    const answer = await target.jobs?.submit(jobOf(kit, { does: 'succeeds' }), { key, fence: 1 });
    if (answer === undefined) throw new DestinoError('contract', 'the driver declares jobs, and its target has none', { hint: 'tell its author' });
    if ('busy' in answer) throw new DestinoError('unavailable', `the target has no room now: ${answer.busy.text}`, { hint: 'try again when it is idle' });
    return { handle: answer.handle, key };
  } finally {
    await target[Symbol.asyncDispose]();
  }
}
