import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(import.meta.url);
const here = dirname(own);

/** As sources, as the package's build, or beside the bundle of the command line, which names them differently. */
function place(bundled: string, name: string): string {
  const beside = join(here, bundled);
  return existsSync(beside) ? beside : join(here, `${name}${extname(own)}`);
}

/** The command that hosts the service of a folder; see `serviceFiles`. */
export const hostCommand = (folder: string): string[] => [process.execPath, '--no-warnings', place('scoring-host.js', 'main'), '--service', folder];
export const javascriptWorker = (): string => place('scoring-worker.js', 'javascript/worker-main');
export const pythonWorker = (): string => join(here, '../assets/python/worker.py');
