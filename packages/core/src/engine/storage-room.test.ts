import { describe, expect, it } from 'vitest';
import { refuseWithoutRoom } from './storage-room.ts';

const gb = 1024 ** 3;
const holders = [{ what: 'job logs', sizeBytes: 3 * gb }, { what: 'snapshots', sizeBytes: gb }];

describe('room for new work', () => {
  it('is there on a large disk as long as 2 GB are free', () => {
    expect(() => refuseWithoutRoom({ freeBytes: 2 * gb, totalBytes: 1000 * gb, holders }, undefined)).not.toThrow();
    expect(() => refuseWithoutRoom({ freeBytes: 1.9 * gb, totalBytes: 1000 * gb, holders }, undefined)).toThrow(/only 1\.9 GB of 1000\.0 GB are free.*job logs 3\.0 GB, snapshots 1\.0 GB/);
  });

  it('is there on a small disk as long as 5 % are free', () => {
    expect(() => refuseWithoutRoom({ freeBytes: 0.6 * gb, totalBytes: 10 * gb, holders }, undefined)).not.toThrow();
    expect(() => refuseWithoutRoom({ freeBytes: 0.4 * gb, totalBytes: 10 * gb, holders }, undefined)).toThrow(expect.objectContaining({ code: 'quota', hint: expect.stringContaining('destino prune') as string }));
  });

  it('ends with the quota of the workspace, however free the disk is', () => {
    expect(() => refuseWithoutRoom({ freeBytes: 500 * gb, totalBytes: 1000 * gb, holders }, 4 * gb)).not.toThrow();
    expect(() => refuseWithoutRoom({ freeBytes: 500 * gb, totalBytes: 1000 * gb, holders }, 3 * gb)).toThrow(/its quota is 3\.0 GB/);
  });

  it('is never refused where it cannot be measured', () => {
    expect(() => refuseWithoutRoom(undefined, 1)).not.toThrow();
  });
});
