import { DestinoError, isDestinoError, type ErrorOptions } from '@destino/core/errors';

/** Where the data lies, in words: a file with its folder, or a server. */
export type Place = { name: string; folder?: string };

/** The primary result codes of SQLite that mean something to us: https://sqlite.org/rescode.html */
const sqliteCodes = { 5: 'BUSY', 6: 'LOCKED', 8: 'READONLY', 10: 'IOERR', 11: 'CORRUPT', 13: 'FULL', 14: 'CANTOPEN', 19: 'CONSTRAINT', 26: 'NOTADB' } as const;
type SqliteCode = (typeof sqliteCodes)[keyof typeof sqliteCodes];

/** What was going on: while connecting, or once a connection is lost, an error without a code means just that. */
export type Doing = 'query' | 'connection';

/** The one place that looks at the codes of SQLite, its libraries, PostgreSQL and the operating system. */
export function mapError(error: unknown, place: Place, doing: Doing = 'query'): DestinoError {
  if (isDestinoError(error)) return error;
  const state = sqlState(error);
  if (state !== undefined) return ofPostgres(state, place, error);
  const sqlite = sqliteCode(error);
  if (sqlite !== undefined) return ofSqlite(sqlite, place, error);
  const system = systemCode(error);
  if (system !== undefined) return ofSystem(system, place, error);
  if (doing === 'connection') return ofSystem('connection lost', place, error);
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

/** The transaction was given up so that another could go on; the same again may work at once. */
export function isLostRace(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** Classes and codes of https://www.postgresql.org/docs/current/errcodes-appendix.html */
function ofPostgres(state: string, place: Place, cause: unknown): DestinoError {
  const options: ErrorOptions = { scope: place.name, cause, details: { sqlState: state } };
  if (state === '53100') return diskFull(place, options);
  if (state === '42501') return new DestinoError('forbidden', `this account may not do that in ${place.name}`, { ...options, hint: 'grant it the right to create and use the schema' });
  if (state === '3D000') return new DestinoError('not-found', `there is no such database: ${place.name}`, { ...options, hint: 'make it: createdb NAME' });
  switch (state.slice(0, 2)) {
    case '28':
      return new DestinoError('unauthenticated', `${place.name} refused the sign-in`, { ...options, hint: 'check the user and the password in the store URL' });
    case '23':
      return new DestinoError('conflict', `the store ${place.name} holds something with the same identity already`, options);
    case '22':
      return new DestinoError('rejected', `PostgreSQL cannot keep a value that was given for ${place.name}`, { ...options, hint: 'names must not contain the character NUL' });
    case 'XX':
      return new DestinoError('internal', `the store ${place.name} is damaged`, { ...options, hint: "see the server's log, and restore a backup" });
    case '08':
    case '25':
    case '40':
    case '53':
    case '55':
    case '57':
      return new DestinoError('unavailable', `the store ${place.name} is busy or away`, { ...options, hint: 'try again' });
    default:
      return new DestinoError('internal', `the store ${place.name} did not understand a query (${state})`, options);
  }
}

function ofSystem(code: string, place: Place, cause: unknown): DestinoError {
  const options: ErrorOptions = { scope: place.name, cause };
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(place, options);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return readOnly(place, options);
  if (code === 'ENOTDIR' || code === 'EISDIR' || code === 'EEXIST' || code === 'ENAMETOOLONG') {
    return new DestinoError('config-invalid', `the store ${place.name} cannot be a file there`, { ...options, hint: `name a file in a folder, not ${place.name}` });
  }
  return new DestinoError('unavailable', `the store ${place.name} cannot be reached (${code})`, { ...options, hint: 'make sure that it runs and can be reached from here, and try again' });
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
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? error.code : undefined;
}

function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return typeof error.code === 'string' && error.code.length === 5 ? error.code : undefined;
}
