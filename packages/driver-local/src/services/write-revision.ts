import { randomUUID } from 'node:crypto';
import { existsSync, linkSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { extname, join } from 'node:path';
import type { DriverContext, EffectOptions, TransferOptions } from '@destino/core/driver';
import type { ServiceSpec } from '@destino/core/model';
import { quoteShell } from '@destino/helper';
import { serviceFiles, type RevisionInput } from '@destino/scoring-host';
import { findProgram, jobPath, plainPath } from '../interpreters.ts';
import { jobFiles, type JobFiles } from '../layout.ts';
import type { LocalMachine } from '../local-machine.ts';
import { errnoOf } from '../map-error.ts';
import { tellGrowth } from '../tell-growth.ts';
import { prepareVenv } from '../venv/prepare-venv.ts';

/** Requests beyond this many times what the copies take at once are refused, as managed endpoints do. */
const inFlightFactor = 2;

/** `key` names the folder of this revision's content; `service` is the folder that the host follows. */
export type RevisionWriting = { spec: ServiceSpec; key: string; serviceKey: string; here: LocalMachine; context: DriverContext; script: string };

/** Brings code and model of a revision into the folder of its key: whole, or not at all. */
export async function bringRevision(spec: ServiceSpec, files: JobFiles, context: DriverContext, options: TransferOptions): Promise<void> {
  if (existsSync(files.work)) return;
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const aside = join(files.folder, `bringing-${randomUUID()}`);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  try {
    await mkdir(join(aside, 'work'), { recursive: true });
    await mkdir(join(aside, 'model'), { recursive: true });
    await tellGrowth(aside, context.clock, options, async () => {
      if (spec.model !== undefined) await context.content.materialise(spec.model.snapshot, join(aside, 'model'), call);
      if (spec.server.kind === 'script') await context.content.materialise(spec.server.snapshot, join(aside, 'work'), call);
    });
    await moveOnce(join(aside, 'model'), join(files.folder, 'model'));
    await moveOnce(join(aside, 'work'), files.work); // last: with it the content is whole
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function moveOnce(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error; // another was first
  }
}

/** Tells the host of a revision. A file for each number: a smaller one never stands over a larger, whoever comes last. */
export async function tellRevision(writing: RevisionWriting, options: EffectOptions): Promise<void> {
  const { spec, here, serviceKey } = writing;
  const folder = join(here.places.jobs, serviceKey, serviceFiles.revisions);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, serviceFiles.revision(spec.revision));
  if (existsSync(file)) return;
  const draft = join(folder, `draft-${randomUUID()}`);
  await writeFile(draft, JSON.stringify(await revisionOf(writing, options)), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function revisionOf(writing: RevisionWriting, options: EffectOptions): Promise<RevisionInput> {
  const { spec, key, here, context } = writing;
  const files = jobFiles(join(here.places.jobs, key));
  const path = jobPath(spec.variables['PATH'] ?? plainPath, here.places.bin);
  const secretsFile = await writeSecrets(spec, files, context, options);
  return {
    revision: spec.revision,
    server: await scriptServer(writing, files, path, options),
    ...(spec.model !== undefined && { modelDir: join(files.folder, 'model') }),
    variables: { ...ownVariables(writing), ...spec.variables, PATH: path, DESTINO_KEY: writing.serviceKey },
    ...(secretsFile !== undefined && { secretsFile }),
    copies: spec.copies,
    concurrency: spec.concurrencyPerCopy,
    requestTimeoutMs: spec.requestTimeoutMs,
    maxQueueWaitMs: spec.maxQueueWaitMs,
    initTimeoutMs: initTimeoutMs(spec),
    inFlightFactor,
  };
}

/** As long as the probe would wait for the first good answer; without one, as long as Azure's defaults say. */
function initTimeoutMs({ readiness, liveness }: ServiceSpec): number {
  const probe = readiness ?? liveness;
  return probe === undefined ? 310_000 : Math.max(1, probe.initialDelayMs + probe.periodMs * probe.failureThreshold);
}

function ownVariables({ spec, context }: RevisionWriting): Record<string, string> {
  return {
    HOME: userInfo().homedir,
    LANG: 'C.UTF-8',
    SERVICE_NAME: spec.name,
    WORKSPACE_NAME: context.owner.workspace,
    AZUREML_ARM_WORKSPACE_NAME: context.owner.workspace,
    ...(spec.model !== undefined && { AZUREML_MODEL_NAME: spec.model.name, AZUREML_MODEL_VERSION: spec.model.version }),
  };
}

async function scriptServer({ spec, key, here, script }: RevisionWriting, files: JobFiles, path: string, options: EffectOptions): Promise<RevisionInput['server']> {
  const entryScript = spec.server.kind === 'script' ? spec.server.entryScript : '';
  const base = { kind: 'script' as const, folder: files.work, entryScript };
  if (extname(entryScript) !== '.py') return base;
  if (spec.environment.kind !== 'venv') return { ...base, python: findProgram('python3', path) ?? 'python3' };
  const lines = await prepareVenv(spec.environment, { key, files, root: here.places.root, script, path }, options);
  const text = [
    'set -u',
    `destino_job=${quoteShell(files.folder)}`,
    `fail_setup() { printf '%s\\n' "$1" >"$destino_job/setup"; exit 96; }`,
    `rm -f "$destino_job/setup"`,
    `trap '[ ! -e "$destino_job/setup" ] || cat "$destino_job/setup" >&2' EXIT`,
    lines,
    `printf '%s\\n' "$destino_venv"`,
  ].join('\n');
  return { ...base, prepare: { program: '/bin/sh', arguments: ['-c', text] } };
}

/** They stay for as long as the service does: its workers may have to start again. */
async function writeSecrets(spec: ServiceSpec, files: JobFiles, context: DriverContext, options: EffectOptions): Promise<string | undefined> {
  const names = Object.entries(spec.secrets);
  if (names.length === 0) return undefined;
  const values: Record<string, string> = {};
  const call = options.signal === undefined ? {} : { signal: options.signal };
  for (const [name, reference] of names) values[name] = await context.secrets.resolve(reference, call);
  await writeFile(files.secrets, JSON.stringify(values), { mode: 0o600 });
  return files.secrets;
}
