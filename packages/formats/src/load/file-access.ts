import { readFile, stat } from 'node:fs/promises';
import { decode, maxFileBytes } from '../text/decode.ts';
import { problem, type FormatProblem } from '../text/problem.ts';
import { sourceFile, type SourceFile } from '../text/source-file.ts';

/** How files are reached. Only files that a file names are ever asked for. */
export type FileAccess = {
  /** The bytes of a file, of which no more than `maxBytes` + 1 are wanted. Rejects when there is none. */
  read(path: string, maxBytes: number): Promise<Uint8Array>;
  /** What is at a path. Never rejects. */
  kindOf(path: string): Promise<'file' | 'folder' | 'other' | 'nothing'>;
};

/** The file system of this machine. */
export const diskAccess: FileAccess = {
  async read(path, maxBytes) {
    const { size } = await stat(path);
    // A file that is far too large is not worth its memory: its size alone decides.
    return size > maxBytes ? new Uint8Array(maxBytes + 1) : await readFile(path);
  },
  async kindOf(path) {
    try {
      const found = await stat(path);
      return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    } catch {
      // Absent, or not to be seen by this user: for a reference in a file both mean that it leads nowhere.
      return 'nothing';
    }
  },
};

/** Where a description comes from: a path, or a text with the path it is to be taken for. */
export type Source = string | { path: string; text: string };

/** Reads a source; a file that cannot be read is a problem, never an exception. */
export async function readSource(source: Source, files: FileAccess): Promise<{ file: SourceFile } | { problem: FormatProblem }> {
  if (typeof source !== 'string') {
    const decoded = decode(source.path, new TextEncoder().encode(source.text));
    return 'problem' in decoded ? decoded : { file: sourceFile(source.path, decoded.text) };
  }
  const kind = await files.kindOf(source);
  if (kind !== 'file') {
    const message = kind === 'nothing' ? `there is no file ${source}` : `${source} is ${kind === 'folder' ? 'a folder' : 'no regular file'}`;
    return { problem: problem({ code: 'file-missing', message, file: source, hint: kind === 'folder' ? `name a file in it: ${source}/job.yml` : undefined }) };
  }
  try {
    const decoded = decode(source, await files.read(source, maxFileBytes));
    return 'problem' in decoded ? decoded : { file: sourceFile(source, decoded.text) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: problem({ code: 'file-unreadable', message: `${source} cannot be read: ${why}`, file: source }) };
  }
}

