import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export type Lock = { release(): void };

/**
 * Takes an exclusive lock on this machine, or answers `undefined` when another process has it. The kernel frees it
 * when its holder dies, however it dies: it is SQLite's own lock on a file, since Node has no other.
 */
export function takeLock(file: string): Lock | undefined {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    if ((error as { errcode?: unknown }).errcode === sqliteBusy) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

const sqliteBusy = 5;
