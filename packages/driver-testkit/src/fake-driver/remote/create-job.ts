import { DestinoError } from '@destino/core/errors';
import type { Reason } from '@destino/core/model';
import { programmeSchema, type Programme } from '../programme.ts';
import type { CreateJob, JobCreated } from '../remote-api.ts';
import type { JobBook } from './job-book.ts';
import type { JobRecord } from './job-record.ts';
import type { PartsWorld } from './parts-world.ts';

function overQuota(book: JobBook, nowMs: number): boolean {
  const { quotaJobs } = book.world.settings;
  return quotaJobs !== undefined && book.all().filter((record) => book.isLive(record, nowMs)).length >= quotaJobs;
}

/** Throws what the remote refuses, and answers why it is busy, if it is. */
function refuse(book: JobBook, call: CreateJob, programme: Programme, nowMs: number): Reason | undefined {
  const { settings, truth } = book.world;
  const refusal = programme.refuse ?? (overQuota(book, nowMs) ? 'quota' : undefined);
  if (refusal !== undefined) {
    truth.record({ atMs: nowMs, op: 'createJob', outcome: 'refused', key: call.key, fence: call.fence, host: call.host });
    throw new DestinoError(refusal, `the remote refused the job '${call.spec.name}'`, { hint: 'change resources.properties.fake.refuse' });
  }
  const full = settings.queue === 'engine' && call.spec.resources.nodes > book.scheduler.slots.free;
  return full ? { code: 'no-slot', text: 'all nodes are taken' } : undefined;
}

function newRecord(call: CreateJob, programme: Programme, earlier: number, createdAtMs: number): JobRecord {
  const { key, target, owner, spec, secrets } = call;
  const secretLengths = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, value.length]));
  return { id: earlier === 0 ? key : `${key}-${earlier + 1}`, key, target, owner, spec, programme, secretLengths, createdAtMs, strikes: [], version: 0 };
}

/** A second creation under a key is refused where the API is `remote` once; elsewhere it makes a second record. */
export function createJob(book: JobBook, parts: PartsWorld, call: CreateJob): JobCreated {
  const { settings, truth } = book.world;
  const nowMs = book.now();
  const effect = { atMs: nowMs, op: 'createJob', key: call.key, fence: call.fence, host: call.host } as const;
  const earlier = book.recordsOf(call.key);
  if (earlier[0] !== undefined && settings.once === 'remote') {
    truth.record({ ...effect, outcome: 'repeated', id: earlier[0].id });
    return { ref: { key: call.key, record: earlier[0].id } };
  }
  const programme = programmeSchema.parse(call.spec.resources.properties['fake'] ?? {});
  const busy = refuse(book, call, programme, nowMs);
  if (busy !== undefined) return { busy, retryAfterMs: settings.retryAfterMs };
  const record = newRecord(call, programme, earlier.length, nowMs);
  book.add(record);
  if (Object.keys(call.secrets).length > 0) parts.add({ id: `secret-${record.id}`, key: call.key, owner: call.owner, createdAtMs: nowMs });
  truth.record({ ...effect, outcome: 'made', id: record.id });
  book.scheduler.enqueue(record, nowMs);
  return { ref: { key: call.key, record: record.id } };
}
