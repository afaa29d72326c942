import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { DriverContext, EffectOptions } from '@destino/core/driver';
import type { ServiceSpec } from '@destino/core/model';
import { blankRecord, parseTicket, startScript, ticketName } from '@destino/helper';
import { hostCommand, serviceFiles } from '@destino/scoring-host';
import type { About } from '../about.ts';
import { plainPath } from '../interpreters.ts';
import { jobFiles, type JobFiles } from '../layout.ts';
import type { LocalMachine } from '../local-machine.ts';
import { errnoOf } from '../map-error.ts';

/** What a copy takes when nothing is said: Azure's own default. */
const defaultCoresPerCopy = 0.1;

/** Keeps the host alive for as long as nobody asks for its end, whoever kills it; on the port that it had. */
const keeper = [
  'pause=1 stop=',
  "trap 'stop=1' TERM INT",
  'while :; do',
  '  "$@"',
  '  code=$?',
  '  if [ -n "$stop" ] || [ "$code" -eq 0 ]; then exit "$code"; fi',
  '  echo "the host of the service ended (code $code): it is started again in $pause s" >&2',
  '  sleep "$pause"',
  '  [ -z "$stop" ] || exit 0',
  '  [ "$pause" -ge 30 ] || pause=$((pause * 2))',
  'done',
].join('\n');

export type ServiceStart = { spec: ServiceSpec; key: string; here: LocalMachine; context: DriverContext; /** Of a host that is gone and whose port this one takes over. */ former?: string };

/** Starts the host as a job of the machine's helper: queued, booked, and alive without any client. Again: no effect. */
export async function startService({ spec, key, here, context, former }: ServiceStart, _options: EffectOptions): Promise<void> {
  const files = jobFiles(join(here.places.jobs, key));
  if (existsSync(files.claim) || existsSync(files.released)) return;
  if (!existsSync(files.record)) await writeStart(spec, key, files, context, former);
  await here.server.tell(ticketOf(here, key) ?? (await writeTicket(here, key, spec)));
}

async function writeStart(spec: ServiceSpec, key: string, files: JobFiles, context: DriverContext, former: string | undefined): Promise<void> {
  const about: About = { key, name: spec.name, service: true, owner: context.owner, createdAt: new Date(context.clock.wallMs()).toISOString(), outputs: {}, notes: [] };
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  await replaceFile(files.about, JSON.stringify(about));
  if (former !== undefined) await copyStatus(former, files.folder);
  const variables = { PATH: plainPath, HOME: userInfo().homedir, LANG: 'C.UTF-8', SERVICE_NAME: spec.name };
  const command = ['/bin/sh', '-c', keeper, 'destino-service', ...hostCommand(files.folder)];
  await replaceFile(files.start, startScript({ folder: files.folder, variables, command, graceMs: 60_000 }));
  try {
    await writeFile(files.record, blankRecord, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    await rm(files.record, { force: true });
    throw error;
  }
}

async function copyStatus(from: string, to: string): Promise<void> {
  const file = join(from, serviceFiles.status);
  if (existsSync(file)) await copyFile(file, join(to, serviceFiles.status));
}

async function writeTicket(here: LocalMachine, key: string, { resources, copies }: ServiceSpec): Promise<string> {
  const count = Math.max(1, copies.min);
  const { cores = defaultCoresPerCopy, memoryBytes = 0, gpus = 0 } = resources;
  const name = ticketName({ order: here.machine.order(), key, cores: cores * count, memoryBytes: memoryBytes * count, gpus: gpus * count, bootId: here.machine.bootId });
  await writeFile(join(here.places.queue, name), '', { mode: 0o600 });
  return name;
}

function ticketOf(here: LocalMachine, key: string): string | undefined {
  return existsSync(here.places.queue) ? readdirSync(here.places.queue).find((name) => parseTicket(name)?.key === key) : undefined;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
