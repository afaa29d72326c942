import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log that grows beyond this is set aside, as `.old`, when it is next opened. Bytes. */
const largestBytes = 4 * 1024 * 1024;

/** Appends lines to a file of this machine, made when the first line comes. */
export function logFileWriter(file: string): (line: string) => void {
  let ready = false;
  return (line) => {
    if (!ready) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      setAside(file);
      ready = true;
    }
    appendFileSync(file, line, { mode: 0o600 });
  };
}

function setAside(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats !== undefined && stats.size > largestBytes) renameSync(file, `${file}.old`);
}
