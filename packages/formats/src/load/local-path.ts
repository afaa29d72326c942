import { dirname, isAbsolute, resolve } from 'node:path';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { Places } from '../yaml/read-value.ts';
import type { FileAccess } from './file-access.ts';

/** What a reference of a file is checked with. */
export type Surroundings = { file: SourceFile; places: Places; files: FileAccess };

/** A path of a file, meant from the folder of that file. */
export function fromFolderOf(file: SourceFile, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file.path), path);
}

/** What a reference must lead to. */
type Wanted = 'file' | 'folder' | 'either';

/** Resolves a local path; one that leads nowhere, or to the wrong thing, is a problem at its field. */
export async function localPath(around: Surroundings, path: string, field: string, wanted: Wanted): Promise<{ path: string; problems: FormatProblem[]; kind: 'file' | 'folder' | undefined }> {
  const full = fromFolderOf(around.file, path);
  const kind = await around.files.kindOf(full);
  const at = (code: string, message: string, hint?: string): FormatProblem => problemAt(around.file, around.places.get(field), { path: field, code, message, hint });
  if (kind === 'nothing' || kind === 'other') {
    const what = wanted === 'either' ? 'nothing' : `no ${wanted}`;
    return { path: full, kind: undefined, problems: [at('path-missing', `${field} names ${what} at ${path} (looked for ${full})`, 'paths are meant from the folder of this file')] };
  }
  if (wanted !== 'either' && kind !== wanted) return { path: full, kind, problems: [at('path-kind', `${field} takes a ${wanted}; ${path} is a ${kind}`, wanted === 'folder' ? 'name the folder it is in' : 'name a file in it')] };
  return { path: full, kind, problems: [] };
}
