import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { errnoOf } from './map-error.ts';

/** Where a job without a base list of variables looks for programs. */
export const plainPath = '/usr/local/bin:/usr/bin:/bin';

/** Where the probe looks for programs; a job's own PATH may hold others. */
export const searchPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/bin';

/** The first executable of that name on a PATH. */
export function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    if (!isAbsolute(folder) || !existsSync(candidate) || !statSync(candidate).isFile()) continue;
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch (error) {
      if (errnoOf(error) !== 'EACCES') throw error;
    }
  }
  return undefined;
}

/**
 * The PATH of a job. Files say `python` where most machines have only `python3`: there a folder that holds such a
 * `python` comes first.
 */
export function jobPath(path: string, bin: string): string {
  if (findProgram('python', path) !== undefined) return path;
  const python3 = findProgram('python3', path);
  if (python3 === undefined) return path;
  const target = realpathSync(python3);
  const folder = join(bin, target.replaceAll('/', '_'));
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(python3, join(folder, 'python'));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  return `${folder}${delimiter}${path}`;
}

/** How a command line is run: by bash, as Azure does, or by sh where there is none. */
export function shellOf(path: string): 'bash' | 'sh' {
  return findProgram('bash', path) === undefined ? 'sh' : 'bash';
}
