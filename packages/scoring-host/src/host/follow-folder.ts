import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostStatusSchema, revisionSchema, type HostStatus } from './revision.ts';
import { ServiceHost } from './service-host.ts';
import { untilEnded } from './until-ended.ts';

const lookEveryMs = 100;
const graceMs = 60_000;

/** The names in a service's folder: a file for each revision, the largest counts; and what the host tells. */
export const serviceFiles = { revisions: 'revisions', status: 'status.json', revision: (number: number): string => `${String(number).padStart(12, '0')}.json` } as const;

/** Serves the largest revision of the folder, follows its changes, and keeps its port from one start to the next. */
export async function followFolder(folder: string, write: (text: string) => void): Promise<number> {
  const [revisions, status] = [join(folder, serviceFiles.revisions), join(folder, serviceFiles.status)];
  const end = untilEnded();
  const name = process.env['SERVICE_NAME'];
  const make = (port: number): ServiceHost => new ServiceHost({ host: '127.0.0.1', port, ...(name !== undefined && { name }), serverVersion: undefined, write, onStatus: (each) => replace(status, each) });
  const host = await listening(make, lastPort(status));
  let seen: string | undefined;
  const look = (): void => {
    const newest = newestOf(revisions);
    if (newest === undefined || newest === seen) return;
    seen = newest;
    void host.apply(revisionSchema.parse(parsed(readFileSync(join(revisions, newest), 'utf8'))));
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  const code = await end.code;
  clearInterval(timer);
  await host.stop(graceMs);
  return code;
}

/** Numbers of equal length: the order of names is theirs. */
function newestOf(folder: string): string | undefined {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.json$/.test(name)).sort().at(-1) : undefined;
}

/** On the port that callers know; on another one when somebody else has taken it. */
async function listening(make: (port: number) => ServiceHost, port: number): Promise<ServiceHost> {
  const host = make(port);
  try {
    await host.listen();
    return host;
  } catch (error) {
    if (port === 0 || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return await listening(make, 0);
  }
}

function lastPort(path: string): number {
  if (!existsSync(path)) return 0;
  return hostStatusSchema.safeParse(parsed(readFileSync(path, 'utf8'))).data?.port ?? 0;
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

function replace(path: string, status: HostStatus): void {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(status), { mode: 0o600 });
  renameSync(draft, path);
}
