import { DatabaseSync } from 'node:sqlite';
import { DestinoError } from '@destino/core/errors';
import { describe, expect, it } from 'vitest';
import { isBusy, isLostRace, mapError } from './map-error.ts';

const place = { name: '/data/state.db', folder: '/data' };

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

function coded(fields: Record<string, unknown>): Error {
  return Object.assign(new Error('told by a library'), fields);
}

describe('mapError', () => {
  it('names the folder when SQLite finds no space, as it really says so', () => {
    using database = new DatabaseSync(':memory:');
    database.exec('create table t (x text); pragma max_page_count = 3');
    const full = thrownBy(() => database.exec("insert into t values (zeroblob(100000))"));
    expect(mapError(full, place)).toMatchObject({ code: 'unavailable', retry: 'same', hint: 'make room on the disk of /data: df -h /data' });
  });

  it('calls a broken constraint a conflict, as SQLite really says so', () => {
    using database = new DatabaseSync(':memory:');
    database.exec('create table t (x text unique); insert into t values (1)');
    expect(mapError(thrownBy(() => database.exec('insert into t values (1)')), place)).toMatchObject({ code: 'conflict' });
  });

  it.each([
    [{ errcode: 5 }, 'unavailable'],
    [{ errcode: 517 }, 'unavailable'],
    [{ errcode: 6 }, 'unavailable'],
    [{ errcode: 8 }, 'forbidden'],
    [{ errcode: 778 }, 'unavailable'],
    [{ errcode: 11 }, 'internal'],
    [{ errcode: 26 }, 'internal'],
    [{ code: 'SQLITE_BUSY' }, 'unavailable'],
    [{ code: 'SQLITE_IOERR_WRITE' }, 'unavailable'],
    [{ code: 'SQLITE_CONSTRAINT_UNIQUE' }, 'conflict'],
    [{ code: 'SQLITE_NOTADB' }, 'internal'],
    [{ code: 'ENOSPC', syscall: 'write' }, 'unavailable'],
    [{ code: 'EACCES', syscall: 'open' }, 'forbidden'],
    [{ code: 'EROFS', syscall: 'open' }, 'forbidden'],
    [{ code: 'ENOTDIR', syscall: 'mkdir' }, 'config-invalid'],
    [{ code: 'ECONNREFUSED', syscall: 'connect' }, 'unavailable'],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'unavailable'],
    [{ code: '57P01', severity: 'FATAL' }, 'unavailable'],
    [{ code: '53300', severity: 'FATAL' }, 'unavailable'],
    [{ code: '40P01', severity: 'ERROR' }, 'unavailable'],
    [{ code: '53100', severity: 'ERROR' }, 'unavailable'],
    [{ code: '23505', severity: 'ERROR' }, 'conflict'],
    [{ code: '28P01', severity: 'FATAL' }, 'unauthenticated'],
    [{ code: '42501', severity: 'ERROR' }, 'forbidden'],
    [{ code: '3D000', severity: 'FATAL' }, 'not-found'],
    [{ code: '22021', severity: 'ERROR' }, 'rejected'],
    [{ code: 'XX001', severity: 'ERROR' }, 'internal'],
    [{ code: '42601', severity: 'ERROR' }, 'internal'],
    [{}, 'internal'],
  ])('takes %o for %s', (fields, code) => {
    const error = coded(fields);
    expect(mapError(error, place)).toMatchObject({ code, scope: '/data/state.db', cause: error });
  });

  it('takes an error without a code for a lost connection where only that can be', () => {
    expect(mapError(new Error('Connection terminated unexpectedly'), place, 'connection')).toMatchObject({ code: 'unavailable', retry: 'same' });
  });

  it('leaves what is a DestinoError already', () => {
    const error = new DestinoError('conflict', 'taken');
    expect(mapError(error, place)).toBe(error);
  });

  it('tells what can be tried again at once', () => {
    expect([isBusy(coded({ errcode: 5 })), isBusy(coded({ errcode: 13 }))]).toEqual([true, false]);
    expect([isLostRace(coded({ code: '40P01', severity: 'ERROR' })), isLostRace(coded({ code: '23505', severity: 'ERROR' }))]).toEqual([true, false]);
  });
});
