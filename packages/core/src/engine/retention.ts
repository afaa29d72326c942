import { contentName, contentPrefix, hashOfName } from '../blob/index.ts';
import { recordTypes } from '../store/index.ts';
import type { EngineParts } from './parts.ts';

export type RetentionPolicy = {
  /** Finished jobs are kept at least this long. Default 90 days. */
  jobsForMs: number;
  /** The newest finished jobs are kept whatever their age. Default 1,000. */
  keepJobs: number;
  /** Content that nothing refers to is kept this long after its last use. Default 14 days, at least an hour. */
  contentForMs: number;
};

const hourMs = 3_600_000;

export const defaultRetention: Readonly<RetentionPolicy> = Object.freeze({ jobsForMs: 90 * 24 * hourMs, keepJobs: 1000, contentForMs: 14 * 24 * hourMs });

export type Collected = { jobs: number; segments: number; content: number; freedBytes: number };

const batch = 200;

/**
 * Removes finished jobs that are old enough, with their logs, then content that no record refers to: by mark and sweep,
 * sparing what was used within the hour, for a submission stores its content before its row.
 */
export async function collectGarbage(parts: EngineParts, policy: RetentionPolicy = defaultRetention): Promise<Collected> {
  const total: Collected = { jobs: 0, segments: 0, content: 0, freedBytes: 0 };
  const beforeMs = (await parts.store.nowMs()) - policy.jobsForMs;
  for (;;) {
    const ids = await parts.store.expired({ type: 'job', beforeMs, keep: policy.keepJobs, limit: batch });
    if (ids.length === 0) break;
    const { removed, blobs } = await parts.store.remove(ids);
    await parts.blobs.delete(blobs);
    total.jobs += removed.length;
    total.segments += blobs.length;
    if (removed.length === 0) break;
  }
  await sweepContent(parts, Math.max(policy.contentForMs, hourMs), total);
  return total;
}

async function sweepContent(parts: EngineParts, contentForMs: number, total: Collected): Promise<void> {
  const marked = await referenced(parts);
  const nowMs = await blobsNowMs(parts);
  const candidates: { hash: string; sizeBytes: number; modifiedMs: number }[] = [];
  for (let after: string | undefined; ; ) {
    const page = await parts.blobs.list(contentPrefix, { limit: 1000, ...(after !== undefined && { after }) });
    for (const { name, sizeBytes, modifiedMs } of page) {
      const hash = hashOfName(name);
      if (hash !== undefined && !marked.has(hash)) candidates.push({ hash, sizeBytes, modifiedMs });
    }
    after = page.at(-1)?.name;
    if (page.length < 1000) break;
  }
  const old = candidates.filter(({ modifiedMs }) => nowMs - modifiedMs >= contentForMs);
  // What a submission has confirmed since it was listed is spared by the blob store itself.
  await parts.blobs.delete(old.map(({ hash }) => contentName(hash)), { unusedSinceMs: nowMs - contentForMs + 1 });
  total.content += old.length;
  total.freedBytes += old.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The time by the blob store's own clock, the only one that its ages can be compared with: that of a write made now. */
async function blobsNowMs({ blobs }: EngineParts): Promise<number> {
  const { hash } = await blobs.put(new Uint8Array(0));
  const [entry] = await blobs.list(contentName(hash), { limit: 1 });
  return entry?.modifiedMs ?? 0;
}

const hashPattern = /[0-9a-f]{64}/g;

/** Every hash that any row names, and every hash that a named manifest names in turn. */
async function referenced(parts: EngineParts): Promise<Set<string>> {
  const marked = new Set<string>();
  for (const type of recordTypes) {
    for (let after: string | undefined; ; ) {
      const page = await parts.store.list({ type, limit: 1000, ...(after !== undefined && { after }) });
      for (const record of page.items) mark(marked, JSON.stringify([record.spec, record.doc, record.requests]));
      if (page.next === undefined) break;
      after = page.next;
    }
  }
  for (const hash of [...marked]) await markManifest(parts, hash, marked);
  return marked;
}

function mark(marked: Set<string>, text: string): void {
  for (const hash of text.match(hashPattern) ?? []) marked.add(hash);
}

const largestManifestBytes = 256 * 1024 * 1024;

/** A manifest is JSON text that begins with `{`; other content is data and names nothing. */
async function markManifest(parts: EngineParts, hash: string, marked: Set<string>): Promise<void> {
  const size = await parts.blobs.size(contentName(hash));
  if (size === undefined || size > largestManifestBytes) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts.blobs.get(hash)) {
    if (chunks.length === 0 && chunk[0] !== 0x7b) return;
    chunks.push(chunk);
  }
  mark(marked, Buffer.concat(chunks).toString('latin1'));
}
