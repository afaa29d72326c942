import { DestinoError, isDestinoError, type ErrorOptions } from '@destino/core/errors';

/** Where the data lies, in words: a file with its folder, or a server. */
export type Place = { name: string; folder?: string };

/** The primary result codes of SQLite that mean something to us: https://sqlite.org/rescode.html */
const sqliteCodes = { 5: 'BUSY', 6: 'LOCKED', 8: 'READONLY', 10: 'IOERR', 11: 'CORRUPT', 13: 'FULL', 14: 'CANTOPEN', 19: 'CONSTRAINT', 26: 'NOTADB' } as const;
type SqliteCode = (typeof sqliteCodes)[keyof typeof sqliteCodes];

/** The one place that looks at the codes of SQLite, its libraries, PostgreSQL and the operating system. */
export function mapError(error: unknown, place: Place): DestinoError {
  if (isDestinoError(error)) return error;
  const sqlite = sqliteCode(error);
  if (sqlite !== undefined) return ofSqlite(sqlite, place, error);
  const system = systemCode(error);
  if (system !== undefined) return ofSystem(system, place, error);
  return new DestinoError('internal', `the store ${place.name} failed: ${error instanceof Error ? error.message : String(error)}`, { scope: place.name, cause: error });
}

/** Another process holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 'BUSY' || code === 'LOCKED';
}

function ofSqlite(code: SqliteCode, place: Place, cause: unknown): DestinoError {
  const options: ErrorOptions = { scope: place.name, cause };
  switch (code) {
    case 'BUSY':
    case 'LOCKED':
      return new DestinoError('unavailable', `the store ${place.name} is busy: another process is writing to it`, { ...options, hint: 'try again; destino doctor shows who has it open' });
    case 'FULL':
      return diskFull(place, options);
    case 'READONLY':
      return readOnly(place, options);
    case 'CANTOPEN':
      return new DestinoError('forbidden', `the store ${place.name} cannot be opened`, { ...options, hint: `make sure that ${folderOf(place)} exists and is yours: ls -ld ${folderOf(place)}` });
    case 'CONSTRAINT':
      return new DestinoError('conflict', `the store ${place.name} holds something with the same identity already`, options);
    case 'CORRUPT':
    case 'NOTADB':
      return new DestinoError('internal', `the store ${place.name} is damaged or is not a store`, { ...options, hint: `keep a copy, and see what can be saved: sqlite3 ${place.name} .recover` });
    case 'IOERR':
      return new DestinoError('unavailable', `the disk did not take or give data of the store ${place.name}`, { ...options, hint: `look at the disk of ${folderOf(place)}: df ${folderOf(place)}; dmesg` });
  }
}

function ofSystem(code: string, place: Place, cause: unknown): DestinoError {
  const options: ErrorOptions = { scope: place.name, cause };
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(place, options);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return readOnly(place, options);
  if (code === 'ENOTDIR' || code === 'EISDIR') {
    return new DestinoError('config-invalid', `the store ${place.name} cannot be a file there`, { ...options, hint: `name a file in a folder, not ${place.name}` });
  }
  return new DestinoError('unavailable', `the store ${place.name} cannot be reached (${code})`, options);
}

function diskFull(place: Place, options: ErrorOptions): DestinoError {
  return new DestinoError('unavailable', `there is no space left for the store ${place.name}`, { ...options, hint: `make room on the disk of ${folderOf(place)}: df -h ${folderOf(place)}` });
}

function readOnly(place: Place, options: ErrorOptions): DestinoError {
  return new DestinoError('forbidden', `the store ${place.name} cannot be written`, { ...options, hint: `give yourself the right to write in ${folderOf(place)}: ls -ld ${folderOf(place)}` });
}

function folderOf(place: Place): string {
  return place.folder ?? place.name;
}

function sqliteCode(error: unknown): SqliteCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return sqliteCodes[(error.errcode & 0xff) as keyof typeof sqliteCodes];
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  const named = Object.values(sqliteCodes).find((name) => error.code === `SQLITE_${name}` || String(error.code).startsWith(`SQLITE_${name}_`));
  return named;
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
