import type { BlobStore } from '@destino/core/blob';
import type { Attempt, StateStore, StoreRecord } from '@destino/core/store';
import type { RemoteConnection } from '@destino/driver-testkit';
import type { PlannedJob } from './plan.ts';

export type Audit = { jobs: number; lost: number; twice: number; wrong: number; orphans: number; logs: number; logsWhole: number; cancelled: number; attempts: number; problems: string[] };

type Audited = { plan: readonly PlannedJob[]; accepted: ReadonlySet<number>; store: StateStore; blobs: BlobStore; connection: RemoteConnection };

/** Counts with the store's rows and with what the remote world alone knows. */
export async function audit(world: Audited): Promise<Audit> {
  const found: Audit = { jobs: world.accepted.size, lost: 0, twice: 0, wrong: 0, orphans: 0, logs: 0, logsWhole: 0, cancelled: 0, attempts: 0, problems: [] };
  const starts = await world.connection.control.starts();
  const known = new Set<string>();
  for (const [index, planned] of world.plan.entries()) {
    const record = await world.store.named('job', planned.name);
    if (record === undefined) {
      if (world.accepted.has(index)) count(found, 'lost', `${planned.name} was accepted and is not in the store`);
      continue;
    }
    const attempts = await world.store.attempts(record.id);
    for (const { key } of attempts) known.add(key);
    judgeEnd(found, planned, record);
    judgeStarts(found, record, attempts, starts);
    for (const attempt of attempts) await judgeLog(found, world, attempt);
  }
  for (const [key, times] of Object.entries(starts)) {
    if (!known.has(key)) count(found, 'twice', `a workload ran under ${key}, which no row knows`);
    else if (times > 1) count(found, 'twice', `the workload under ${key} ran ${times} times`);
  }
  const { workspace, incarnation } = world.store.info;
  const left = await world.connection.link.listOwned({ owner: { workspace, incarnation } });
  for (const thing of left) if (thing.what === 'job' || thing.what === 'part') count(found, 'orphans', `${thing.what} ${thing.id} stands there still`);
  return found;
}

function count(found: Audit, what: 'lost' | 'twice' | 'wrong' | 'orphans', problem: string): void {
  found[what] += 1;
  found.problems.push(problem);
}

function judgeEnd(found: Audit, planned: PlannedJob, record: StoreRecord): void {
  if (record.active || record.state === 'lost') {
    count(found, 'lost', `${record.name} is ${record.state}${record.active ? ', and not at rest' : ''}`);
    return;
  }
  if (record.state === 'cancelled') {
    found.cancelled += 1;
    if (record.requests.cancel === undefined) count(found, 'wrong', `${record.name} is cancelled, and nobody asked for it`);
    return;
  }
  const { exitCode } = record.doc as { exitCode?: number };
  const right = record.state === (planned.exitCode === 0 ? 'succeeded' : 'failed') && exitCode === planned.exitCode;
  if (!right) count(found, 'wrong', `${record.name} is ${record.state} with exit code ${exitCode}; its command ended with ${planned.exitCode}`);
}

/** No job of the plan is ever to be tried again. */
function judgeStarts(found: Audit, record: StoreRecord, attempts: readonly Attempt[], starts: Record<string, number>): void {
  found.attempts += attempts.length;
  const ran = attempts.filter(({ key }) => (starts[key] ?? 0) > 0);
  if (ran.length > 1) count(found, 'twice', `${record.name} ran in ${ran.length} attempts`);
  if (ran.length === 0 && record.state === 'succeeded') count(found, 'wrong', `${record.name} succeeded and never ran`);
}

/** A log is whole when the store's segments are, byte for byte, what the workload wrote. */
async function judgeLog(found: Audit, { store, blobs, connection }: Audited, attempt: Attempt): Promise<void> {
  if (attempt.handle === undefined) return;
  const produced = await connection.control.producedLog({ key: attempt.key });
  if (Object.values(produced).every((bytes) => bytes.length === 0)) return;
  found.logs += 1;
  const stored = new Map<string, Buffer[]>();
  const ends = new Map<string, number>();
  let problem: string | undefined;
  for (const segment of (await store.segments(attempt.key)).toSorted((a, b) => a.ordinal - b.ordinal)) {
    const { source, startBytes, lengthBytes, blob, gap } = segment;
    if (gap !== undefined || blob === undefined) problem = `a gap: ${gap?.reason}`;
    else if (startBytes !== (ends.get(source) ?? 0)) problem = `segment ${segment.ordinal} begins at ${startBytes}, not at ${ends.get(source) ?? 0}`;
    else {
      const chunks = stored.get(source) ?? [];
      stored.set(source, chunks);
      if (lengthBytes > 0) for await (const bytes of blobs.read(blob, { to: lengthBytes })) chunks.push(Buffer.from(bytes));
      ends.set(source, startBytes + lengthBytes);
    }
  }
  for (const [source, bytes] of Object.entries(produced)) {
    const have = Buffer.concat(stored.get(source) ?? []);
    if (!have.equals(bytes)) problem ??= `${source} wrote ${bytes.length} bytes, ${have.length} are stored, or others`;
  }
  if (problem === undefined) found.logsWhole += 1;
  else found.problems.push(`log of ${attempt.key}: ${problem}`);
}

/** The line that a run ends with. */
export function auditLine(result: Audit & { seed: number; kills: number }): string {
  const { seed, kills, jobs, lost, twice, wrong, orphans, logs, logsWhole } = result;
  return `kills: ${kills}, jobs: ${jobs}, lost: ${lost}, twice: ${twice}, wrong end: ${wrong}, orphans: ${orphans}, logs whole: ${logsWhole} of ${logs} (seed ${seed})`;
}
