import { isTerminalJobState, type JobState } from '@destino/core/model';
import type { BlobStore } from '@destino/core/blob';
import type { Attempt, StateStore, StoreRecord } from '@destino/core/store';
import type { FakeRemote } from '@destino/driver-testkit';
import { Violation, type Ledger } from './ledger.ts';

export type World = { store: StateStore; blobs: BlobStore; remote: FakeRemote; ledger: Ledger };

/** Checks what happened in the remote world since the last look: cheap, so it runs after each step. */
export class EffectWatch {
  readonly #world: World;
  #seen = 0;
  readonly #revisions = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  check(): void {
    const { effects } = this.#world.remote.truth;
    for (; this.#seen < effects.length; this.#seen += 1) {
      const effect = effects[this.#seen];
      if (effect === undefined) continue;
      if (effect.outcome === 'started' && effect.key !== undefined) this.#started(effect.key);
      if (effect.op.startsWith('service') && effect.revision !== undefined && effect.id !== undefined) this.#revised(effect.id, effect.revision, effect.outcome);
    }
  }

  #started(key: string): void {
    const { remote, ledger } = this.#world;
    const count = remote.truth.startsOf(key);
    if (count > 1 && remote.settings.once !== 'best-effort') throw new Violation(`the workload under ${key} ran ${count} times`, key);
    const record = ledger.recordOf.get(key);
    if (record === undefined) throw new Violation(`a workload ran under ${key}, which no row knows`);
    for (const [other, owner] of ledger.recordOf) {
      if (owner !== record || other === key) continue;
      const view = remote.look(other);
      if (view.seen === 'yes' && view.state === 'running') throw new Violation(`${key} and ${other} of one job run at once`, key);
    }
  }

  #revised(name: string, revision: number, outcome: string): void {
    if (outcome !== 'made' && outcome !== 'changed') return;
    const before = this.#revisions.get(name) ?? 0;
    if (revision < before) throw new Violation(`service ${name} went back from revision ${before} to ${revision}`);
    this.#revisions.set(name, revision);
  }
}

export async function allRecords(store: StateStore, type: StoreRecord['type']): Promise<StoreRecord[]> {
  const records: StoreRecord[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.list({ type, limit: 1000, ...(after !== undefined && { after }) });
    records.push(...page.items);
    if (page.next === undefined) return records;
    after = page.next;
  }
}

/** Checks every row of the store: now and then during a run, and at its end. */
export async function checkRows(world: World): Promise<void> {
  for (const type of ['job', 'service', 'watch'] as const) {
    for (const record of await allRecords(world.store, type)) {
      await checkEvents(world, record);
      if (type === 'job') await checkJob(world, record);
    }
  }
}

async function checkEvents({ store }: World, record: StoreRecord): Promise<void> {
  const events = await store.events(record.id, { limit: 1000 });
  events.forEach((event, index) => {
    if (event.number !== index + 1) throw new Violation(`${record.name}: event ${event.number} stands where ${index + 1} should`);
  });
  if (events.length !== record.events && events.length < 1000) throw new Violation(`${record.name}: ${record.events} events said, ${events.length} kept`);
  const last = events.findLast(({ type }) => type === 'state')?.data as { to: string } | undefined;
  if (last !== undefined && events.length < 1000 && last.to !== record.state) throw new Violation(`${record.name}: is ${record.state}, its events end with ${last.to}`);
}

async function checkJob(world: World, record: StoreRecord): Promise<void> {
  const doc = record.doc as { reason?: unknown };
  if (isTerminalJobState(record.state as JobState) && record.state !== 'succeeded' && doc.reason === undefined) {
    throw new Violation(`${record.name} is ${record.state} without a reason`);
  }
  if (!record.active && !isTerminalJobState(record.state as JobState)) throw new Violation(`${record.name} is ${record.state} and nobody will look after it`);
  for (const attempt of await world.store.attempts(record.id)) await checkLog(world, attempt);
}

/** Every committed byte is one that was written, in its place; a drained log is whole, or tells its gap. */
async function checkLog(world: World, attempt: Attempt): Promise<void> {
  const stored = new Map<string, Buffer[]>();
  let gaps = 0;
  for (const segment of await world.store.segments(attempt.key)) {
    if (segment.gap !== undefined) gaps += 1;
    if (segment.blob === undefined) continue;
    const chunks = stored.get(segment.source) ?? [];
    if (segment.lengthBytes > 0) for await (const bytes of world.blobs.read(segment.blob, { to: segment.lengthBytes })) chunks.push(Buffer.from(bytes));
    stored.set(segment.source, chunks);
  }
  const produced = world.remote.producedLog(attempt.key);
  for (const [source, chunks] of stored) compare(attempt, source, Buffer.concat(chunks), Buffer.from(produced[source] ?? []), world.remote.settings.logs === 'exact');
  const drained = ['drained', 'collected', 'released'].includes(attempt.phase) && attempt.verdict !== undefined && attempt.handle !== undefined && attempt.verdict.state !== 'lost';
  if (!drained || gaps > 0 || world.remote.settings.logs !== 'exact') return;
  for (const [source, bytes] of Object.entries(produced)) {
    const have = stored.get(source)?.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0;
    if (have !== bytes.length) throw new Violation(`attempt ${attempt.key}: ${source} wrote ${bytes.length} bytes, ${have} are stored, and it counts as drained`, attempt.key);
  }
}

function compare(attempt: Attempt, source: string, have: Buffer, want: Buffer, exact: boolean): void {
  if (!exact) return;
  // Streams of one source are stored apart, so their bytes are compared as a multiset of lines.
  const lines = (bytes: Buffer): string[] => bytes.toString().split('\n');
  const wanted = new Map<string, number>();
  for (const line of lines(want)) wanted.set(line, (wanted.get(line) ?? 0) + 1);
  if (have.length > want.length) throw new Violation(`attempt ${attempt.key}: ${have.length} bytes of ${source} are stored, ${want.length} were written`, attempt.key);
  const complete = lines(have).slice(0, -1);
  for (const line of complete) {
    const left = (wanted.get(line) ?? 0) - 1;
    if (left < 0) throw new Violation(`attempt ${attempt.key}: '${line}' of ${source} is stored more often than it was written`, attempt.key);
    wanted.set(line, left);
  }
}
