import type { TransferOptions } from '@destino/core/driver';
import type { Json } from '@destino/core/model';
import type { Session } from './session.ts';

/** Moves what the remote lacks, by hash, and reports how much of it was there already. */
export async function stageContent(session: Session, snapshot: string | undefined, options: TransferOptions): Promise<Json> {
  if (snapshot === undefined) return {};
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  let doneBytes = 0;
  let skippedBytes = 0;
  for await (const entry of session.context.content.manifest(snapshot, signal)) {
    const [there] = await session.link.hasContent({ hashes: [entry.hash] });
    if (there === true) skippedBytes += entry.sizeBytes;
    else {
      for await (const bytes of session.context.content.read(entry.hash, signal)) doneBytes += bytes.length;
      await session.link.putContent({ hash: entry.hash, sizeBytes: entry.sizeBytes });
    }
    options.onProgress?.({ what: entry.path, doneBytes, skippedBytes });
  }
  return { snapshot };
}
