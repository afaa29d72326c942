import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exit } from '../model/index.ts';
import { createMemoryStateStore, type Attempt } from '../store/index.ts';
import { DestinoError } from '../errors/index.ts';
import { decideJob, type JobSituation } from './decide-job.ts';
import { jobDocSchema } from './documents.ts';
import { DueQueue } from './due-queue.ts';
import { HostSession } from './host-session.ts';
import { decisiveExit, judge } from './judge.ts';
import { decideGroup } from './orchestrate.ts';
import { backoffMs, defaultPolicy } from './policy.ts';

/** For properties: what does not hold is told, and fast-check shrinks it. */
function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

const key = 'k'.repeat(26);
const attempt: Attempt = { key, record: key, number: 1, target: 'a', targetRevision: 1, phase: 'staging', reasons: [], exits: [], createdMs: 0, absentCount: 0, failures: 0 };

function situation(change: { attempt?: Partial<Attempt> | null; state?: string; requests?: object; doc?: object; deadlineMs?: number; kind?: string } = {}): JobSituation {
  return {
    record: { type: 'job', id: key, name: 'j', kind: change.kind ?? 'command', state: change.state ?? 'running', active: true, needs: [], fence: 1, poke: 0, pokeSeen: 0, version: 1, seq: 1, events: 0, createdAt: '', updatedMs: 0, requests: change.requests ?? {}, spec: {}, doc: {} },
    doc: jobDocSchema.parse({ attempt: 1, ...change.doc }),
    attempt: change.attempt === null ? undefined : { ...attempt, ...change.attempt },
    nowMs: 1000,
    policy: defaultPolicy,
    deadlineMs: change.deadlineMs,
  };
}

const cancel = { cancel: { atMs: 1 } };
const abandon = { abandon: { atMs: 1 } };

describe('what to do next for a job', () => {
  it.each([
    ['has no attempt', { attempt: null }, { do: 'begin' }],
    ['waits for its next attempt', { attempt: { phase: 'released' }, doc: { retryAtMs: 5000 } }, { do: 'wait', untilMs: 5000 }],
    ['is cancelled while it waits', { attempt: { phase: 'released' }, doc: { retryAtMs: 5000 }, requests: cancel }, { do: 'begin' }],
    ['has ended and is released', { attempt: { phase: 'released' }, state: 'failed' }, { do: 'settle' }],
    ['is being staged', {}, { do: 'stage' }],
    ['is cancelled before its submission', { requests: cancel }, { do: 'give-up', as: 'cancelled' }],
    ['found its target busy', { attempt: { phase: 'ready' }, doc: { retryAtMs: 2000 } }, { do: 'wait', untilMs: 2000 }],
    ['found its target busy a while ago', { attempt: { phase: 'ready' }, doc: { retryAtMs: 900 } }, { do: 'submit' }],
    ['was submitted without an answer', { attempt: { phase: 'submitting' } }, { do: 'resolve' }],
    ['is cancelled without an answer', { attempt: { phase: 'submitting' }, doc: { retryAtMs: 5000 }, requests: cancel }, { do: 'resolve' }],
    ['is given up without an answer', { attempt: { phase: 'submitting' }, requests: abandon }, { do: 'give-up', as: 'lost' }],
    ['runs', { attempt: { phase: 'live' } }, { do: 'inspect' }],
    ['runs and is cancelled', { attempt: { phase: 'live' }, requests: cancel }, { do: 'cancel', cause: 'user' }],
    ['runs and was asked to end just now', { attempt: { phase: 'live', cancelSentMs: 900, cancelCause: 'user' }, requests: cancel }, { do: 'inspect' }],
    ['runs beyond its time', { attempt: { phase: 'live' }, deadlineMs: 1000 }, { do: 'cancel', cause: 'timeout' }],
    ['is cancelled after its time-out', { attempt: { phase: 'live', cancelSentMs: 900, cancelCause: 'timeout' }, requests: cancel, deadlineMs: 500 }, { do: 'cancel', cause: 'user' }],
    ['ended', { attempt: { phase: 'ended' } }, { do: 'drain' }],
    ['is drained', { attempt: { phase: 'drained' } }, { do: 'collect' }],
    ['is collected', { attempt: { phase: 'collected' } }, { do: 'release' }],
    ['is a parent', { kind: 'group' }, { do: 'orchestrate' }],
  ] as const)('follows from the rows alone when it %s', (_, change, step) => {
    expect(decideJob(situation(change as Parameters<typeof situation>[0]))).toEqual(step);
  });

  it('never submits what the user has cancelled or given up, in whatever phase', () => {
    const phases = ['staging', 'ready', 'submitting', 'live', 'ended', 'drained', 'collected', 'released'] as const;
    fc.assert(fc.property(fc.constantFrom(...phases), fc.constantFrom(cancel, abandon), fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }), (phase, requests, retryAtMs) => {
      const step = decideJob(situation({ attempt: { phase }, requests, doc: { ...(retryAtMs !== undefined && { retryAtMs }) } }));
      expect(['stage', 'submit']).not.toContain(step.do);
    }));
  });
});

describe('the judgement of an end', () => {
  const view = (state: 'succeeded' | 'failed' | 'cancelled', exits: Exit[] = []): Parameters<typeof judge>[0] => ({ seen: 'yes', state, rawState: 'Raw', reasons: [], exits });

  it.each([
    ['success, whatever was asked for', 'succeeded', 'user', { state: 'succeeded', cause: 'none' }],
    ['a user\'s cancellation', 'failed', 'user', { state: 'cancelled', cause: 'none' }],
    ['a time-out of ours', 'cancelled', 'timeout', { state: 'failed', cause: 'timeout' }],
    ['a cancellation that nobody here asked for', 'cancelled', undefined, { state: 'failed', cause: 'user' }],
    ['a failure without any detail', 'failed', undefined, { state: 'failed', cause: 'failed' }],
  ] as const)('names %s', (_, state, cancelCause, verdict) => {
    expect(judge(view(state), { ...attempt, ...(cancelCause !== undefined && { cancelCause }) })).toMatchObject(verdict);
  });

  it('goes by the node that failed, not by those that were ended for it', () => {
    const exits: Exit[] = [{ node: 0, cause: 'signal', signal: 'SIGTERM' }, { node: 1, cause: 'exit', code: 0 }, { node: 2, cause: 'oom', code: 137 }];
    expect(decisiveExit(exits)).toMatchObject({ node: 2 });
    expect(judge(view('failed', exits), attempt)).toMatchObject({ exitCode: 137, reason: { code: 'oom', text: 'the command needed more memory than there is on node 2' } });
  });
});

describe('the decision for a parent', () => {
  it('never makes a child twice nor before what it waits for, and always comes to an end', () => {
    const shape = fc.array(fc.record({ after: fc.array(fc.nat(5), { maxLength: 3 }), ends: fc.constantFrom('succeeded', 'failed', 'lost') }), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(shape, fc.constantFrom('cancel', 'continue'), fc.integer({ min: 1, max: 3 }), fc.nat(12), (steps, onFailure, maxConcurrent, cancelAt) => {
      const group = { onFailure, maxConcurrent, steps: steps.map(({ after }, index) => ({ name: `${index}`, request: {}, after: after.filter((other) => other < index).map(String) })) } as const;
      const children = new Map<string, { state: 'running' | 'succeeded' | 'failed' | 'lost' | 'cancelled' }>();
      for (let round = 0; round < 60; round += 1) {
        const step = decideGroup(structuredClone(group), children, round >= cancelAt);
        if (step.do === 'finish') return;
        if (step.do === 'create') {
          for (const name of step.steps) {
            must(!children.has(name), 'a child is made twice');
            must(group.steps[Number(name)]?.after.every((other) => children.get(other)?.state === 'succeeded') === true, 'a child is made too early');
            children.set(name, { state: 'running' });
          }
          must([...children.values()].filter(({ state }) => state === 'running').length <= maxConcurrent, 'too many run at once');
        }
        if (step.do === 'cancel') for (const name of step.children) children.set(name, { state: 'cancelled' });
        if (step.do === 'wait') {
          const [first] = [...children].find(([, { state }]) => state === 'running') ?? [];
          if (first !== undefined) children.set(first, { state: steps[Number(first)]?.ends ?? 'succeeded' });
        }
      }
      throw new Error('it never ended');
    }));
  });
});

describe('backing off', () => {
  it('doubles from the least to the most, and never beyond', () => {
    expect([0, 1, 2, 3].map((failures) => backoffMs(defaultPolicy, failures))).toEqual([1000, 1000, 2000, 4000]);
    fc.assert(fc.property(fc.nat(10_000), (failures) => {
      expect(backoffMs(defaultPolicy, failures + 1)).toBeGreaterThanOrEqual(backoffMs(defaultPolicy, failures));
      expect(backoffMs(defaultPolicy, failures)).toBeLessThanOrEqual(defaultPolicy.backoffMaxMs);
    }));
  });
});

describe('the queue of what is due', () => {
  it('answers as a plain sorted list would, over any order of calls', () => {
    const call = fc.oneof(
      fc.record({ do: fc.constant('set' as const), id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), dueMs: fc.nat(20) }),
      fc.record({ do: fc.constant('delete' as const), id: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
      fc.record({ do: fc.constant('take' as const), nowMs: fc.nat(20) }),
      fc.record({ do: fc.constant('clear' as const) }),
    );
    fc.assert(fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      const queue = new DueQueue();
      let model: { id: string; dueMs: number }[] = [];
      for (const each of calls) {
        if (each.do === 'set') {
          queue.set(each.id, each.dueMs);
          model = [...model.filter(({ id }) => id !== each.id), { id: each.id, dueMs: each.dueMs }];
        } else if (each.do === 'delete') {
          queue.delete(each.id);
          model = model.filter(({ id }) => id !== each.id);
        } else if (each.do === 'clear') {
          queue.clear();
          model = [];
        } else {
          const [first] = model.toSorted((x, y) => x.dueMs - y.dueMs).filter(({ dueMs }) => dueMs <= each.nowMs);
          must(queue.take(each.nowMs) === first?.id, 'another id is due');
          model = model.filter((entry) => entry !== first);
        }
        expect(queue.nextMs()).toBe(model.length === 0 ? undefined : Math.min(...model.map(({ dueMs }) => dueMs)));
      }
    }));
  });
});

describe('a host\'s session', () => {
  const policy = { ...defaultPolicy };
  const host = { hostId: 'h', role: 'test', offers: [] };

  it('ends by the host\'s own clock no later than by the store\'s, however slow the store answered', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.record({ thereMs: fc.nat(9000), backMs: fc.nat(9000), restMs: fc.nat(20_000) }), { minLength: 1, maxLength: 8 }), async (renewals) => {
      let nowMs = 0;
      let delay = { thereMs: 0, backMs: 0 };
      const store = createMemoryStateStore({ workspace: 'w', incarnation: 'i', nowMs: () => nowMs + 5_000_000 });
      const slow = <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
        nowMs += delay.thereMs;
        return call().then((answer) => ((nowMs += delay.backMs), answer));
      };
      const away = { ...Object.fromEntries(['sessions', 'endSession'].map((name) => [name, Reflect.get(store, name).bind(store)])), openSession: (...call: Parameters<typeof store.openSession>) => slow(() => store.openSession(...call)), renewSession: (...call: Parameters<typeof store.renewSession>) => slow(() => store.renewSession(...call)) };
      const session = new HostSession({ store: away as unknown as typeof store, clock: { monotonicMs: () => nowMs, wallMs: () => 0, sleep: async () => undefined }, policy, host });
      for (const { restMs, ...next } of renewals) {
        delay = next;
        await session.renew();
        const before = session.storeNowMs();
        nowMs += restMs;
        const living = (await store.sessions()).map(({ id }) => id);
        expect(session.id === undefined || living.includes(session.id)).toBe(true);
        expect(session.storeNowMs()).toBeGreaterThanOrEqual(before);
        expect(Math.abs(session.storeNowMs() - (nowMs + 5_000_000))).toBeLessThanOrEqual(18_000);
      }
    }), { numRuns: 60 });
  });

  it('is another one after doubt, and the old one is ended in the store', async () => {
    const store = createMemoryStateStore({ workspace: 'w', incarnation: 'i', nowMs: () => 0 });
    const session = new HostSession({ store, clock: { monotonicMs: () => 0, wallMs: () => 0, sleep: async () => undefined }, policy, host });
    await session.renew();
    const first = session.id;
    session.doubt('another session');
    expect(await session.renew()).toEqual({ changed: false });
    session.doubt(first);
    expect(await session.renew()).toEqual({ changed: true });
    expect((await store.sessions()).map(({ id }) => id)).toEqual([session.id]);
    expect(session.allows({ id: key, session: first ?? '', fence: 1 })).toBe(false);
  });

  it('stays as long as it lives when a renewal fails', async () => {
    let nowMs = 0;
    const store = createMemoryStateStore({ workspace: 'w', incarnation: 'i', nowMs: () => nowMs });
    const failing = Object.assign(Object.create(store) as typeof store, { openSession: store.openSession.bind(store), renewSession: () => Promise.reject(new DestinoError('unavailable', 'away')) });
    const session = new HostSession({ store: failing, clock: { monotonicMs: () => nowMs, wallMs: () => 0, sleep: async () => undefined }, policy, host });
    await session.renew();
    nowMs = 10_000;
    await expect(session.renew()).rejects.toMatchObject({ code: 'unavailable' });
    expect(session.isAlive()).toBe(true);
    nowMs = 30_000;
    expect(session.isAlive()).toBe(false);
  });
});
