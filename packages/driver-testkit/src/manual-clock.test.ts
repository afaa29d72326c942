import { describe, expect, it } from 'vitest';
import { createManualClock } from './manual-clock.ts';

describe('the manual clock', () => {
  it('wakes sleepers in the order of their times, each at its own time', async () => {
    const clock = createManualClock({ startMs: 100 });
    const woken: string[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push(`${name}@${clock.monotonicMs()}`);
    };
    const all = Promise.all([sleep('late', 30), sleep('early', 10), sleep('early too', 10)]);
    await clock.advance(30);
    await all;
    expect(woken).toEqual(['early@110', 'early too@110', 'late@130']);
  });

  it('lets what a sleeper starts sleep within the same advance', async () => {
    const clock = createManualClock();
    const times: number[] = [];
    const ticking = (async () => {
      for (let count = 0; count < 3; count += 1) {
        await clock.sleep(10);
        times.push(clock.monotonicMs());
      }
    })();
    await clock.advance(35);
    await ticking;
    expect([times, clock.monotonicMs()]).toEqual([[10, 20, 30], 35]);
  });

  it('forgets a sleeper whose signal fires, and rejects with its reason', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(10, { signal: controller.signal });
    controller.abort('enough');
    await expect(sleeping).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(clock.sleepers).toBe(0);
    await expect(clock.sleep(10, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('runs from sleeper to sleeper until something holds, and says when it never will', async () => {
    const clock = createManualClock();
    let done = false;
    void clock.sleep(3_600_000).then(() => (done = true));
    await clock.runUntil(() => done);
    expect(clock.monotonicMs()).toBe(3_600_000);
    await expect(clock.runUntil(() => false)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('keeps the time of day in step', async () => {
    const clock = createManualClock({ startMs: 5, wallStartMs: 1_000 });
    await clock.advance(20);
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([25, 1_020]);
  });
});
