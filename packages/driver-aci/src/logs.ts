import type { CallOptions } from '@destino/core/driver';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import { isTerminalJobState, type Handle, type LogRecord } from '@destino/core/model';
import { stagedJobFolder } from '@destino/helper';
import { readHandle } from './handle.ts';
import { inspectJob } from './inspect.ts';
import { abortable, type Session } from './session.ts';

const lookEveryMs = 500;
const streams = ['stdout', 'stderr'] as const;
/** Of an ended container the log call tells this much. */
const keptAfterEndBytes = 16 * 1024;

type Position = { stdout: number; stderr: number };

/** What the helper has pushed, exact to the byte; the platform's own log call where the helper never came to push. */
export async function* readLogs(session: Session, handle: Handle, options: CallOptions & { since?: string; follow: boolean }): AsyncGenerator<LogRecord> {
  const { key } = readHandle(handle);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const at = positionOf(options.since);
  let any = at.stdout + at.stderr > 0;
  for (;;) {
    if (options.signal?.aborted === true) throw new DestinoError('aborted', 'reading the log was stopped', { cause: options.signal.reason });
    // Asked before reading: what was written by then is read below.
    const finished = options.follow && (await isFinished(session, handle, call));
    for (const stream of streams) {
      for await (const bytes of pushed(session, `${stagedJobFolder(key)}/${stream}`, at[stream], call)) {
        at[stream] += bytes.length;
        any = true;
        yield { cursor: `${at.stdout}.${at.stderr}`, source: 'main', stream, bytes };
      }
    }
    if (!options.follow) return;
    if (finished) break;
    await session.context.clock.sleep(lookEveryMs, call);
  }
  if (!any) yield* platformLog(session, handle, call);
}

async function isFinished(session: Session, handle: Handle, call: CallOptions): Promise<boolean> {
  const seen = await inspectJob(session, handle, call);
  return seen.seen === 'absent' || (seen.seen === 'yes' && isTerminalJobState(seen.state));
}

function positionOf(since = '0.0'): Position {
  const [stdout = 0, stderr = 0] = since.split('.').map(Number);
  return { stdout, stderr };
}

async function* pushed({ staging }: Session, path: string, from: number, call: CallOptions): AsyncGenerator<Uint8Array> {
  const store = staging();
  const size = await store.size(path, call);
  if (size === undefined || size <= from) return;
  try {
    yield* store.read(path, { ...call, from });
  } catch (error) {
    if (!isDestinoError(error, 'not-found')) throw error;
  }
}

async function* platformLog(session: Session, handle: Handle, call: CallOptions): AsyncGenerator<LogRecord> {
  const { group } = readHandle(handle);
  const text = await session.told('read the log', call, async () => {
    if ((await session.group(group, call)) === undefined) return '';
    return (await (await session.client()).containers.listLogs(session.config.resource_group, group, 'main', abortable(call))).content ?? '';
  });
  const bytes = new TextEncoder().encode(text);
  const cursor = `0.${bytes.length}`;
  if (bytes.length >= keptAfterEndBytes) yield { cursor: '0.0', source: 'main', gap: { reason: 'Azure keeps the last 16 KB of an ended container; what came before is lost' } };
  if (bytes.length > 0) yield { cursor, source: 'main', stream: 'mixed', bytes };
}
