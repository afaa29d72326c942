import { describe, expect, it } from 'vitest';
import { DestinoError } from '@destino/core/errors';
import { runConformance } from '../conformance/run-conformance.ts';
import { createFakeSubject } from '../fake-driver/fake-subject.ts';
import { faultHooks } from '../fake-driver/fault-script.ts';
import { createManualClock } from '../manual-clock.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { badNetwork, createFaultInterposer, type FaultInterposerOptions } from './interposer.ts';
import { persist } from './persist.ts';
import { persistentSubject } from './persistent-subject.ts';

const clock = createManualClock();
const make = (script: FaultInterposerOptions['script'], seed = 1): ReturnType<typeof createFaultInterposer> => createFaultInterposer({ script, seed, clock, submitOp: 'create' });

async function outcomes(seed: number): Promise<string> {
  const interposer = make([{ chance: 0.3, fault: { do: 'throw' } }, { chance: 0.3, fault: { do: 'throw', when: 'after' } }], seed);
  let [effects, text] = [0, ''];
  for (let call = 0; call < 60; call += 1) {
    text += await interposer.around({ op: 'read' }, async () => void (effects += 1)).then(() => '.', () => 'x');
  }
  return `${text} ${effects} ${interposer.hits.join('+')}`;
}

describe('an interposer', () => {
  it('breaks the same calls for the same seed, and others for another', async () => {
    expect(await outcomes(5)).toBe(await outcomes(5));
    expect(await outcomes(5)).not.toBe(await outcomes(6));
  });

  it('breaks a call before its effect, or behind it', async () => {
    const effects: string[] = [];
    const interposer = make([{ op: 'a', fault: { do: 'throw', code: 'throttled' } }, { op: 'b', fault: { do: 'throw', when: 'after' } }]);
    const call = (op: string): Promise<number> => interposer.around({ op }, async () => effects.push(op));
    await expect(call('a')).rejects.toMatchObject({ code: 'throttled' });
    await expect(call('b')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(call('c')).resolves.toBe(2);
    interposer.enable(false);
    await expect(call('a')).resolves.toBe(3);
    expect(effects).toEqual(['b', 'c', 'a']);
  });

  it('loses one answer of a submission when told to, and ends an endless call by its signal', async () => {
    const interposer = make([{ op: 'endless', fault: { do: 'hang' } }]);
    interposer.loseNextAnswer('jobs.submit');
    const create = (): Promise<string> => interposer.around({ op: 'create' }, async () => 'made');
    await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(create()).resolves.toBe('made');
    const endless = interposer.around({ op: 'endless' }, async () => 'never', { signal: AbortSignal.timeout(5) });
    await expect(endless).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses faults that only a fake can show', () => {
    expect(() => make([{ fault: { do: 'stale', ms: 5 } }])).toThrow("cannot be made 'stale'");
  });
});

describe('persist', () => {
  it('does not try again what does not pass, nor for ever', async () => {
    const tried = async (code: 'rejected' | 'aborted' | 'unavailable'): Promise<number> => {
      let tries = 0;
      const own = createManualClock();
      const call = persist(async () => { tries += 1; throw new DestinoError(code, 'no'); }, {}, { clock: own, tries: 4 }).catch((): undefined => undefined);
      for (let turn = 0; turn < 10; turn += 1) await own.advance(60);
      await call;
      return tries;
    };
    expect([await tried('rejected'), await tried('aborted'), await tried('unavailable')]).toEqual([1, 1, 4]);
  });
});

describe('conformance under faults', () => {
  const seed = 11;

  it(`holds for the fake driver, seed ${seed}`, { timeout: 120_000 }, async () => {
    const hooks = faultHooks(badNetwork, createSeededRandom(seed));
    const report = await runConformance(persistentSubject(createFakeSubject({ driver: { hooks } })), { only: ['once.same-key', 'once.two-processes', 'once.after-cancel', 'find.finds', 'inspect.order', 'cancel.tree', 'logs.whole', 'logs.resume', 'logs.follow-ends', 'outputs.fetched', 'owned.removes', 'secrets.nowhere-else', 'gang.exits', 'nodes.list'] });
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(hooks.hits.reduce((sum, hits) => sum + hits, 0)).toBeGreaterThan(10);
  });

  it('finds a driver that repeats an effect after a lost answer', { timeout: 120_000 }, async () => {
    const hooks = faultHooks([{ op: 'jobs.submit', attempts: [1], fault: { do: 'throw', when: 'after' } }]);
    const subject = createFakeSubject({ once: 'best-effort', driver: { hooks, traits: { once: 'guarded' } } });
    const report = await runConformance(persistentSubject(subject), { only: ['once.same-key'] });
    expect(report.failed).toBe(1);
  });
});
