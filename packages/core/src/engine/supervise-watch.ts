import { errorToData } from '../errors/index.ts';
import type { Handle } from '../model/index.ts';
import { watchDocSchema, watchRequestSchema, type WatchDoc, type WatchRequest } from './documents.ts';
import type { EngineParts } from './parts.ts';
import { isOp, type Tracked } from './tracker.ts';

const firstLookMs = 5_000;
const longestMs = 10 * 60_000;

/**
 * Looks for a key that was given up, and ends what appears under it: a submission that was on its way when its owner
 * froze, a job that a target shows again after it was called lost. It looks at growing intervals until its time is up.
 */
export async function superviseWatch(parts: EngineParts, tracked: Tracked): Promise<number> {
  const request = watchRequestSchema.parse(tracked.record.spec);
  const doc = watchDocSchema.parse(tracked.record.doc);
  const ended = await endWhatAppears(parts, tracked, request);
  const next: WatchDoc = { looks: doc.looks + 1, ended: doc.ended + (ended ? 1 : 0) };
  const over = parts.session.storeNowMs() >= request.untilMs;
  await parts.tracker.commit(tracked, { record: { doc: next, ...(over && { active: false, state: 'over' }) } });
  return Math.min(longestMs, firstLookMs * 2 ** Math.min(doc.looks, 12));
}

async function endWhatAppears(parts: EngineParts, tracked: Tracked, request: WatchRequest): Promise<boolean> {
  try {
    const open = await parts.targets.use(request.target, request.targetRevision);
    const facet = request.what === 'job' ? open.target.jobs : open.target.services;
    if (facet === undefined) return false;
    const found = await facet.find(request.key);
    const handle = found.found ? found.handle : undefined;
    if (handle === undefined) return false;
    await end(parts, tracked, request, handle);
    return true;
  } catch (error) {
    if (isOp(error, 'engine.claim')) throw error;
    parts.logger.warn('engine.watch-failed', { key: request.key, target: request.target, error: errorToData(error) });
    return false;
  }
}

async function end(parts: EngineParts, tracked: Tracked, request: WatchRequest, handle: Handle): Promise<void> {
  const { target } = await parts.targets.use(request.target, request.targetRevision);
  parts.tracker.guard(tracked);
  if (request.what === 'service') {
    await target.services?.undeploy(handle);
    return;
  }
  const [inspection] = (await target.jobs?.inspect([handle])) ?? [];
  const live = inspection?.seen !== 'yes' || !['succeeded', 'failed', 'cancelled'].includes(inspection.state);
  parts.tracker.guard(tracked);
  if (live) await target.jobs?.cancel(handle, { graceMs: 0 });
  else await target.jobs?.release(handle);
}
