import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keySchema } from '@destino/core/model';
import { readAbout } from '../about.ts';
import { jobFiles, type Layout } from '../layout.ts';
import type { LocalMachine } from '../local-machine.ts';
import { giveName, serviceKeyOf } from './service-files.ts';

/** Requests in flight have this long to end. */
const graceMs = 60_000;
const toolPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Ends the host after what is in flight, then removes all that it had, by a process that outlives this one. */
export async function removeService(here: LocalMachine, key: string): Promise<void> {
  const files = jobFiles(join(here.places.jobs, key));
  if (!existsSync(files.folder)) return;
  const about = readAbout(files.about);
  const first = !existsSync(files.released);
  writeFileSync(files.released, '', { mode: 0o600 });
  if (about !== undefined) giveName(here.places, about.owner, about.name, key);
  if (!first) return;
  const script = await here.server.prepare();
  const text = '/bin/sh "$1" end "$2" cancelled "$3"; shift 3; rm -rf -- "$@"';
  const folders = [files.folder, ...partsOf(here.places, key)];
  const child = spawn('/bin/sh', ['-c', text, 'sh', script, key, String(graceMs), ...folders], { cwd: '/', env: { PATH: toolPath, DESTINO_ROOT: here.places.root }, detached: true, stdio: 'ignore' });
  child.unref();
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
}

/** The folders of its later revisions. */
function partsOf(places: Layout, key: string): string[] {
  const names = readdirSync(places.jobs).filter((name) => keySchema.safeParse(name).success && name !== key);
  return names.map((name) => join(places.jobs, name)).filter((folder) => serviceKeyOf(folder) === key);
}
