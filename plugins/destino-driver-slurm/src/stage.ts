import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions, DriverContext, Progress } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { JobSpec } from '@destino/core/model';
import { z } from 'zod';
import { assign, helperPath, snapshotFolder } from './layout.ts';
import type { Cluster } from './submit.ts';

/** The names of the single files of `uri_file` inputs; the content itself lies on the cluster by its hash. */
export const stagedSchema = z.object({ singles: z.record(z.string(), z.string()) });
export type Staged = z.infer<typeof stagedSchema>;

type Bringing = CallOptions & { onProgress?: (progress: Progress) => void };

/** Brings the helper, the code and the inputs to the cluster: only what is not there yet. */
export async function bringContent(cluster: Cluster, job: JobSpec, options: Bringing): Promise<Staged> {
  const { shell, config, context } = cluster;
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const inputs = Object.entries(job.inputs).flatMap(([name, input]) => (input.type !== 'literal' && input.source.from === 'snapshot' ? [{ name, input, hash: input.source.hash }] : []));
  const wanted = new Set([...(job.snapshot === undefined ? [] : [job.snapshot]), ...inputs.map(({ hash }) => hash)]);
  const helper = helperPath(config.folder, context.helper.hash);
  const ask = `umask 077; mkdir -p "$root" || exit 1\n[ -s ${JSON.stringify(helper)} ] || echo helper\nfor path; do [ -d "$path" ] || echo "$path"; done`;
  const missing = new Set((await shell.run({ op: 'stage.ask' }, ask, { ...call, words: [...wanted].map((hash) => snapshotFolder(config.folder, hash)) })).toString('utf8').split('\n'));
  if (missing.has('helper')) await bringHelper(cluster, helper, call);
  for (const hash of wanted) {
    if (missing.has(snapshotFolder(config.folder, hash))) await bringSnapshot(cluster, hash, options);
    else options.onProgress?.({ what: 'code and inputs', doneBytes: 0, skippedBytes: (await sizeOf(context, hash, call)).bytes });
  }
  const singles: Record<string, string> = {};
  for (const { name, input, hash } of inputs) {
    const single = input.type === 'uri_file' ? await onlyFile(context, hash, call) : undefined;
    if (single !== undefined) singles[name] = single;
  }
  return { singles };
}

async function bringHelper({ shell, context }: Cluster, path: string, call: CallOptions): Promise<void> {
  const script = `${assign({ path })}umask 077\ncat >"$path.$$" && [ "$(wc -c <"$path.$$")" -eq ${Buffer.byteLength(context.helper.script)} ] && mv "$path.$$" "$path"`;
  await shell.run({ op: 'stage.helper' }, script, { ...call, input: context.helper.script });
}

/** By tar, aside first: a folder of that name holds all of it. */
async function bringSnapshot({ shell, config, context }: Cluster, hash: string, options: Bringing): Promise<void> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const aside = join(context.workDir, `sending-${randomUUID()}`);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  try {
    const { files } = await sizeOf(context, hash, call);
    await context.content.materialise(hash, aside, call);
    const tar = spawn('tar', ['-C', aside, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let doneBytes = 0;
    tar.stdout.on('data', (bytes: Buffer) => options.onProgress?.({ what: 'code and inputs', doneBytes: (doneBytes += bytes.length) }));
    const ended = once(tar, 'close');
    const script = [
      `${assign({ path: snapshotFolder(config.folder, hash) })}umask 077`,
      'aside=$root/making/snapshot.$$',
      "trap 'rm -rf \"$aside\"' EXIT",
      'mkdir -p "$aside" "$root/snapshots" && tar -C "$aside" -xf - || exit 1',
      // An archive that was cut off between two files looks whole to tar.
      `[ "$(find "$aside" ! -type d | wc -l)" -eq ${files} ] || { echo 'the code came only in part' >&2; exit 1; }`,
      'mv -T "$aside" "$path" 2>/dev/null || [ -d "$path" ]',
    ].join('\n');
    await shell.run({ op: 'stage.snapshot' }, script, { ...call, input: tar.stdout });
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new DestinoError('internal', `tar ended with ${code ?? 'a signal'} while the code was sent`);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function sizeOf(context: DriverContext, hash: string, call: CallOptions): Promise<{ files: number; bytes: number }> {
  const size = { files: 0, bytes: 0 };
  for await (const entry of context.content.manifest(hash, call)) {
    size.files += 1;
    size.bytes += entry.sizeBytes;
  }
  return size;
}

async function onlyFile(context: DriverContext, hash: string, call: CallOptions): Promise<string | undefined> {
  for await (const entry of context.content.manifest(hash, call)) return entry.path;
  return undefined;
}
