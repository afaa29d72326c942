import { DestinoError } from '@destino/core/errors';
import type { OwnedThing, Owner } from '@destino/core/model';
import type { RemoteApi, RemoteJobView } from '../remote-api.ts';
import { createJob } from './create-job.ts';
import { cancelJob, changeJob, releaseJob } from './end-job.ts';
import { createJobBook, type JobBook } from './job-book.ts';
import { outputsApi, readJobLog, recordLines } from './job-data.ts';
import type { Strike } from './job-record.ts';
import { absent, remoteTime, viewJob } from './job-view.ts';
import { joinBySource } from './log-production.ts';
import { sameOwner, type PartsWorld } from './parts-world.ts';
import type { WorldPart } from './world-part.ts';

type JobsApi = Pick<RemoteApi, 'createJob' | 'findJob' | 'readJobs' | 'readLog' | 'cancelJob' | 'listOutputs' | 'readOutput' | 'releaseJob'>;

export interface JobsWorld extends JobsApi {
  /** Every byte that the job under `key` wrote so far, by source; of its claim's holder, or of its first record. */
  producedLog(key: string): Record<string, Uint8Array>;
  /** How the job under `key` really stands, though readers may not see it yet or any more. */
  look(key: string): RemoteJobView;
  /** Ends a node, or all, from outside. */
  strike(key: string, strike: Omit<Strike, 'atMs'>): void;
  /** Makes the records of a key vanish. */
  erase(key: string, reason: { conclusive: boolean; reason: string }): void;
  setSlots(slots: number | undefined): void;
  listOwned(owner: Owner): OwnedThing[];
  remove(id: string, owner: Owner, host: string): boolean;
  /** Lets everything happen that is due. */
  settle(): void;
  readonly size: number;
}

function findJob(book: JobBook, key: string): ReturnType<RemoteApi['findJob']> {
  const [first] = book.recordsOf(key);
  if (first === undefined) return { absent: true, conclusive: book.world.settings.visibleAfterMs === 0 };
  const view = book.look({ key, record: first.id });
  return view.seen === 'yes' ? { ref: { key, record: view.record } } : { absent: true, conclusive: view.conclusive };
}

function listOwned(book: JobBook, owner: Owner): OwnedThing[] {
  const ours = book.all().filter((record) => sameOwner(record.owner, owner) && book.look({ key: record.key, record: record.id }).seen === 'yes');
  return ours.map(({ id, key, createdAtMs }) => ({ id, what: 'job', ...owner, key, createdAt: remoteTime(createdAtMs, book.world.settings) }));
}

function remove(book: JobBook, parts: PartsWorld, id: string, owner: Owner, host: string): boolean {
  const record = book.all().find((each) => each.id === id);
  if (record === undefined) return false;
  if (!sameOwner(record.owner, owner)) throw new DestinoError('conflict', `the job '${id}' carries another owner's mark`);
  const ref = { key: record.key, record: id };
  cancelJob(book, { ref, host, graceMs: 0 });
  releaseJob(book, parts, { ref, host });
  return true;
}

export function createJobsWorld(world: WorldPart, parts: PartsWorld): JobsWorld {
  const { settings } = world;
  const book = createJobBook(world);
  return {
    createJob: (call) => createJob(book, parts, call),
    findJob: ({ key }) => findJob(book, key),
    readJobs: ({ refs, staleMs }) => refs.map((ref) => book.look(ref, staleMs)),
    readLog: ({ ref, since, maxBytes }) => readJobLog(book.need(ref), { since, maxBytes }, book.now(), settings, book.scheduler),
    cancelJob: (call) => cancelJob(book, call),
    releaseJob: (call) => releaseJob(book, parts, call),
    ...outputsApi((ref) => book.need(ref), () => book.now(), book.scheduler),
    producedLog: (key) => {
      const nowMs = book.now();
      const record = book.resolve({ key, record: key });
      return record === undefined ? {} : joinBySource(recordLines(record, nowMs, settings));
    },
    look: (key) => {
      const nowMs = book.now();
      const record = book.resolve({ key, record: key });
      if (record === undefined) return absent(true, 'never-made', 'nothing was made under that key');
      return viewJob(record, nowMs, book.scheduler.slots.ahead(record), { ...settings, visibleAfterMs: 0, forgetAfterMs: undefined });
    },
    strike: (key, strike) => changeJob(book, key, (record, atMs) => record.strikes.push({ ...strike, atMs })),
    erase: (key, erased) => changeJob(book, key, (record) => (record.erased = erased)),
    setSlots: (slots) => book.scheduler.setSlots(slots, book.now()),
    listOwned: (owner) => listOwned(book, owner),
    remove: (id, owner, host) => remove(book, parts, id, owner, host),
    settle: () => void book.now(),
    get size() {
      return book.size;
    },
  };
}
