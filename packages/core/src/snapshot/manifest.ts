import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BlobStore } from '../blob/index.ts';
import { DestinoError } from '../errors/index.ts';
import { linkLeadsOut } from './link-containment.ts';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256 in lower-case hex');
const pathSchema = z.string().max(4096).refine(isContainedPath, 'not a path within the folder');

/**
 * One file or symbolic link. `mode` is 0o755 when its owner may execute the file, else 0o644. A link holds its target;
 * its size and hash are those of the target's text, which is stored nowhere else.
 */
export const manifestEntrySchema = z.strictObject({
  path: pathSchema,
  mode: z.literal([0o644, 0o755]),
  sizeBytes: z.int().nonnegative(),
  hash: hashSchema,
  link: z.string().min(1).max(4096).exactOptional(),
});

/** A snapshot: its files and links in the order of their paths' code units. Folders exist by what they hold. */
export const manifestSchema = z
  .strictObject({ version: z.literal(1), entries: z.array(manifestEntrySchema) })
  .superRefine(({ entries }, context) => {
    const problem = treeProblem(entries);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: ['entries'] });
  });

export type ManifestEntry = z.infer<typeof manifestEntrySchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** The one text that stands for a manifest: no blanks, keys in this order. Its sha256 is the snapshot's hash. */
export function manifestText(manifest: Manifest): string {
  const entries = manifest.entries.map(({ path, mode, sizeBytes, hash, link }) =>
    link === undefined ? { path, mode, sizeBytes, hash } : { path, mode, sizeBytes, hash, link },
  );
  return JSON.stringify({ version: manifest.version, entries });
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The manifest's hash, under which `snapshotFolder` stores its text. */
export function manifestHash(manifest: Manifest): string {
  return sha256(manifestText(manifest));
}

/**
 * Reads a snapshot's manifest and checks that writing it could lead nowhere outside.
 * @throws {DestinoError} `not-found` when the store lacks it; `config-invalid` when it is no manifest
 */
export async function readManifest(blobs: BlobStore, hash: string, o: { signal?: AbortSignal | undefined } = {}): Promise<Manifest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blobs.get(hash, o)) chunks.push(chunk);
  const parsed = manifestSchema.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DestinoError('config-invalid', `content ${hash} is no manifest of a snapshot: ${issue?.path.join('.')} ${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Relative, with `/` between parts, none of them empty, `.` or `..`. */
export function isContainedPath(path: string): boolean {
  if (path.includes('\0') || !path.isWellFormed()) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function treeProblem(entries: readonly ManifestEntry[]): string | undefined {
  const paths = new Set(entries.map(({ path }) => path));
  const links = new Map(entries.flatMap(({ path, link }) => (link === undefined ? [] : [[path, link] as const])));
  let previous = '';
  for (const { path, link } of entries) {
    if (path <= previous) return `${JSON.stringify(path)} is not in order, or there twice`;
    previous = path;
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      if (paths.has(path.slice(0, at))) return `${JSON.stringify(path)} lies below a file or link`;
    }
    if (link !== undefined && linkLeadsOut(links, path)) return `the link ${JSON.stringify(path)} leads out of the folder`;
  }
  return undefined;
}
