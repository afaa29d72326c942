import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { revisionSchema, type HostStatus, type RevisionInput } from '../src/host/revision.ts';
import { ServiceHost, type HostOptions } from '../src/host/service-host.ts';

/** One host in this process, its workers real processes. */
export class Trial {
  readonly folder = mkdtempSync(join(tmpdir(), "scoring 'ü' "));
  readonly host: ServiceHost;
  readonly statuses: HostStatus[] = [];
  log = '';
  origin = '';

  constructor(options: Partial<HostOptions> = {}) {
    this.host = new ServiceHost({ host: '127.0.0.1', port: 0, workerOutput: 'ignore', ...options, write: (text) => (this.log += text), onStatus: (status) => this.statuses.push(status) });
  }

  /** Listens, and serves the script. */
  async serve(script: string, changes: Partial<RevisionInput> = {}): Promise<void> {
    this.origin = `http://127.0.0.1:${await this.host.listen()}`;
    await this.tell(script, changes);
    await this.until(({ state }) => state === 'healthy');
  }

  async tell(script: string, changes: Partial<RevisionInput> = {}): Promise<void> {
    const revision = changes.revision ?? 1;
    const entryScript = `score-${revision}.mjs`;
    writeFileSync(join(this.folder, entryScript), script);
    const server = { kind: 'script' as const, folder: this.folder, entryScript };
    await this.host.apply(revisionSchema.parse({ revision, server, variables: { PATH: process.env['PATH'] ?? '' }, ...changes }));
  }

  async until(done: (status: HostStatus) => boolean): Promise<HostStatus> {
    for (const endMs = performance.now() + 25_000; ; await setTimeout(10)) {
      const { status } = this.host;
      if (done(status)) return status;
      if (performance.now() > endMs) throw new Error(`waited in vain; last seen: ${JSON.stringify(status)}`);
    }
  }

  async score(data: unknown, init: RequestInit = {}): Promise<{ status: number; text: string; headers: Headers }> {
    const answer = await fetch(`${this.origin}/score`, { method: 'POST', body: JSON.stringify(data), ...init });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }

  async dispose(): Promise<void> {
    await this.host.stop(1000);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Does what the request's JSON says. */
export const script = `
import { setTimeout } from 'node:timers/promises';
let count = 0;
export function init() {}
export async function run(text) {
  const wish = JSON.parse(text);
  count += 1;
  if (wish.exit) process.exit(wish.exit);
  if (wish.throw) throw new Error(wish.throw);
  if (wish.spin) for (;;);
  if (wish.sleepMs) await setTimeout(wish.sleepMs);
  return { pid: process.pid, count, value: wish.value ?? null };
}
`;
