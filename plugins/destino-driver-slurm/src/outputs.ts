import { posix } from 'node:path';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import { ownerSchema, type OutputFile } from '@destino/core/model';
import { z } from 'zod';
import { fetchScript, listScript } from './scripts.ts';
import type { Shell } from './shell.ts';

const pieceBytes = 4 * 1024 * 1024;

/** What a job's folder says of itself. */
export const aboutSchema = z.object({
  key: z.string(),
  name: z.string(),
  owner: ownerSchema,
  createdAt: z.string(),
  /** Name → path on the cluster. */
  outputs: z.record(z.string(), z.string()),
});
export type About = z.infer<typeof aboutSchema>;

export function parseAbout(line: string): About | undefined {
  try {
    return aboutSchema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function rootsOf(shell: Shell, key: string, call: CallOptions): Promise<Record<string, string>> {
  const text = await shell.run({ op: 'outputs.about', key }, 'file=$root/jobs/$1/about.json; [ ! -s "$file" ] || cat "$file"', { ...call, words: [key] });
  return parseAbout(text.toString('utf8'))?.outputs ?? {};
}

/** Every regular file of every output. Symbolic links are not followed: they may lead anywhere. */
export async function* listOutputs(shell: Shell, key: string, call: CallOptions): AsyncIterable<OutputFile> {
  for (const [output, root] of Object.entries(await rootsOf(shell, key, call))) {
    if (!posix.isAbsolute(root)) continue;
    const listed = (await shell.run({ op: 'outputs.list', key }, listScript, { ...call, words: [root] })).toString('utf8');
    for (const entry of listed.split('\0').filter((each) => each !== '').toSorted()) {
      const space = entry.indexOf(' ');
      const path = entry.slice(space + 1);
      yield { output, path: path === '' ? output : path, sizeBytes: Number(entry.slice(0, space)), kept: 'target' };
    }
  }
}

/** @throws `not-found`; `forbidden` for a path that leads out of its output. */
export async function* readOutput(shell: Shell, key: string, file: OutputFile, { from = 0, ...call }: CallOptions & { from?: number }): AsyncIterable<Uint8Array> {
  const root = (await rootsOf(shell, key, call))[file.output];
  if (root === undefined) throw new DestinoError('not-found', `the job has no output '${file.output}'`);
  for (let offset = from; ; ) {
    const path = file.path === file.output && (await isFile(shell, root, key, call)) ? root : posix.join(root, file.path);
    const bytes = await shell.run({ op: 'outputs.fetch', key }, fetchScript, { ...call, words: [path, String(offset), String(pieceBytes), root] }).catch((error: unknown) => {
      throw explained(error, file);
    });
    if (bytes.length > 0) yield bytes;
    offset += bytes.length;
    if (bytes.length < pieceBytes) return;
  }
}

async function isFile(shell: Shell, root: string, key: string, call: CallOptions): Promise<boolean> {
  return (await shell.run({ op: 'outputs.kind', key }, '[ ! -f "$1" ] || echo file', { ...call, words: [root] })).length > 0;
}

const missing = 66;
const outside = 77;
const exitSchema = z.object({ exitCode: z.number() });

function explained(error: unknown, file: OutputFile): unknown {
  const code = isDestinoError(error) ? exitSchema.safeParse(error.details).data?.exitCode : undefined;
  if (code === missing) return new DestinoError('not-found', `the output '${file.output}' has no file '${file.path}'`, { cause: error });
  if (code === outside) return new DestinoError('forbidden', `'${file.path}' leads out of the output '${file.output}'`, { cause: error });
  return error;
}
