import { DestinoError } from '@destino/core/errors';
import { findJob } from '../find-job.ts';
import { flag, numberOption, textArgument, textOption } from '../given.ts';
import { LogWriter } from '../render/log-writer.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console, signals } = context;
  const follow = flag(given, 'follow');
  const destino = await context.open({ reconcile: !follow });
  const job = await findJob(destino, textArgument(given, 'name'));
  const attempt = numberOption(given, 'attempt', 1);
  if (attempt !== undefined && attempt > job.attempts.length) throw new DestinoError('not-found', `job ${job.name} has ${job.attempts.length} attempts`, { hint: `destino logs ${job.name}` });
  const stream = textOption(given, 'stream');
  if (follow && job.finishedAt === undefined) await destino.start();
  const stop = new AbortController();
  const off = signals.handle(() => stop.abort());
  const writer = new LogWriter(console, { mixed: true });
  try {
    for await (const chunk of destino.logs(job.id, { follow, signal: stop.signal, ...(attempt !== undefined && { attempt }) })) {
      if (stream !== undefined && chunk.stream !== stream) continue;
      if (console.json) console.object(chunkObject(chunk));
      else writer.write(chunk);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    off();
  }
  writer.end();
  if (follow && stop.signal.aborted) return 7;
  return 0;
};

type Chunk = Parameters<LogWriter['write']>[0];

/** A piece of a log as an object: `text` where the bytes are UTF-8, else `base64`. */
function chunkObject(chunk: Chunk): Record<string, unknown> {
  if ('gap' in chunk) return { schemaVersion: 1, ...chunk };
  const { bytes, ...place } = chunk;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  return { schemaVersion: 1, ...place, ...(Buffer.from(text).equals(buffer) ? { text } : { base64: buffer.toString('base64') }) };
}
