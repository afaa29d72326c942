import { describe, expect, it } from 'vitest';
import { Autoscaler } from './autoscale.ts';

const limits = { min: 1, max: 4, concurrency: 2, utilization: 0.7, shrinkAfterMs: 60_000 };

describe('the number of copies', () => {
  it('grows at once with what is in flight, never beyond the largest', () => {
    const scaler = new Autoscaler(limits);
    expect([1, 2, 4, 50].map((inFlight) => scaler.want(1, inFlight, 0))).toEqual([1, 2, 3, 4]);
  });

  it('shrinks only after a quiet while, to the most that was needed in it', () => {
    const scaler = new Autoscaler(limits);
    expect([0, 30_000, 59_000].map((atMs) => scaler.want(4, atMs === 30_000 ? 2 : 0, atMs))).toEqual([4, 4, 4]);
    expect(scaler.want(4, 0, 60_000)).toBe(2);
  });

  it('begins to wait anew when it was busy again', () => {
    const scaler = new Autoscaler(limits);
    scaler.want(2, 0, 0);
    scaler.want(2, 2, 50_000);
    expect(scaler.want(2, 0, 61_000)).toBe(2);
  });
});
