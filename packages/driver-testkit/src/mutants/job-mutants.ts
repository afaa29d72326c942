import type { Jobs } from '@destino/core/driver';
import { isTerminalJobState, type Handle, type JobInspection, type JobView } from '@destino/core/model';
import { fault, jobs, mutant, onlyOnce, type Change, type Mutant } from './mutant.ts';

const nothing: Handle = { kind: 'fake', stateVersion: 1, id: 'other', state: { what: 'job', key: 'other', record: 'other' } };

/** Changes what is told of jobs that are seen. */
function views(change: (view: JobView, handle: Handle) => Partial<JobView>): Change {
  return jobs(({ inspect }) => ({
    inspect: async (handles, options) =>
      (await inspect(handles, options)).map((view, index) => (view.seen === 'yes' ? { ...view, ...change(view, handles[index] ?? nothing) } : view)),
  }));
}

function endedViews(change: (view: JobView, handle: Handle) => Partial<JobView>): Change {
  return views((view, handle) => (isTerminalJobState(view.state) ? change(view, handle) : {}));
}

/** A world that runs a key twice, under a driver that promises otherwise. */
const twice = { once: 'best-effort', driver: { traits: { once: 'remote' } } } as const;
const seenYes: JobInspection = { seen: 'yes', state: 'failed', rawState: 'x', reasons: [], exits: [] };

function privateHandles(facet: Jobs): Partial<Jobs> {
  const own = new Set<string>();
  return {
    submit: async (spec, options) => {
      const answer = await facet.submit(spec, options);
      if ('handle' in answer) own.add(answer.handle.id);
      return answer;
    },
    inspect: async (handles, options) =>
      (await facet.inspect(handles, options)).map((view, index) => (own.has(handles[index]?.id ?? '') ? view : { seen: 'absent', conclusive: false, reasons: [] })),
  };
}

/** Of submission, finding, handles and inspection. */
export const jobMutants: readonly Mutant[] = [
  mutant('once.same-key', 'makes a job for each call', twice),
  mutant('once.two-processes', 'makes a job for each process', twice),
  mutant('once.after-end', 'forgets the keys of ended jobs', twice),
  mutant('once.after-cancel', 'begins again what was cancelled', twice),
  mutant('once.lost-answer', 'makes a second job after a lost answer', twice),
  mutant('once.other-key', 'uses the same key always', jobs(({ submit }) => ({ submit: (spec, options) => submit(spec, { ...options, key: 'a'.repeat(26) }) }))),
  mutant('find.finds', 'finds nothing', jobs(() => ({ find: async () => ({ found: false, conclusive: false }) }))),
  mutant('find.absent', 'finds something for every key', jobs(() => ({ find: async () => ({ found: true, handle: nothing }) }))),
  mutant('find.inconclusive', 'is sure though its platform settles late', { driver: { traits: { settleMs: 5000 } } }),
  mutant('handle.other-process', 'keeps what it needs in memory', jobs(privateHandles)),
  mutant(
    'handle.small-data',
    'puts everything into the handle',
    jobs(({ submit }) => ({
      submit: async (spec, options) => {
        const answer = await submit(spec, options);
        return 'handle' in answer ? { handle: { ...answer.handle, id: answer.handle.id + 'x'.repeat(9000) } } : answer;
      },
    })),
  ),
  mutant('inspect.order', 'answers in its own order', jobs(({ inspect }) => ({ inspect: async (handles, options) => (await inspect(handles, options)).toReversed() }))),
  mutant(
    'inspect.unknown',
    'calls failed what it does not find',
    jobs(({ inspect }) => ({ inspect: async (handles, options) => (await inspect(handles, options)).map((view) => (view.seen === 'absent' ? seenYes : view)) })),
  ),
  mutant('inspect.just-made', 'denies what it has just made', { visibleAfterMs: 500, driver: { traits: { settleMs: 0 } } }),
  mutant(
    'inspect.none',
    'cannot be asked about nothing',
    jobs(({ inspect }) => ({
      inspect: async (handles, options) => {
        if (handles.length === 0) throw fault('not-found');
        return await inspect(handles, options);
      },
    })),
  ),
  mutant('inspect.reasons', 'does not say why a job waits', views(() => ({ reasons: [] }))),
  mutant('inspect.raw-state', "drops the platform's word", views(() => ({ rawState: '' }))),
  mutant('inspect.final', 'forgets the exits of what ended', (() => {
    const told = new Set<string>();
    return endedViews((_view, handle) => {
      if (told.has(handle.id)) return { exits: [] };
      told.add(handle.id);
      return {};
    });
  })()),
  mutant('inspect.times', 'tells its own time', (() => {
    let count = 0;
    return endedViews(() => ({ endedAt: new Date((count += 1)).toISOString() }));
  })()),
  mutant('stage.data', 'stages a Date', jobs(() => ({ stage: async () => ({ at: new Date(0) as never }) }))),
  mutant(
    'submit.at-once',
    'waits in submit for the end of the job',
    jobs(({ submit, inspect }, { clock }) => ({
      submit: async (spec, options) => {
        const answer = await submit(spec, options);
        for (;;) {
          const [view] = 'handle' in answer ? await inspect([answer.handle]) : [];
          if (view?.seen !== 'yes' || isTerminalJobState(view.state)) return answer;
          await clock.sleep(50);
        }
      },
    })),
  ),
  mutant('failure.exit-code', 'makes every code 1', endedViews(({ exits }) => ({ exits: exits.map((exit) => ({ ...exit, code: 1 })) }))),
  mutant('failure.success', 'has no exits', endedViews(() => ({ exits: [] }))),
  mutant('cancel.ends', 'does nothing on cancel', jobs(() => ({ cancel: async () => undefined }))),
  mutant('cancel.force', 'never uses force', jobs(({ cancel }) => ({ cancel: (handle, options) => cancel(handle, { ...options, graceMs: 100_000_000 }) }))),
  mutant(
    'cancel.tree',
    'leaves children behind that go on writing',
    jobs(({ logs }, { clock }) => ({
      logs: async function* (handle, options) {
        yield* logs(handle, options);
        const bytes = new TextEncoder().encode('child\n'.repeat(Math.floor(clock.monotonicMs() / 1000)));
        yield { cursor: '{}', source: 'node-0', stream: 'stdout', bytes };
      },
    })),
  ),
  mutant(
    'cancel.finished',
    'refuses to cancel what has ended',
    jobs(({ cancel, inspect }) => ({
      cancel: async (handle, options) => {
        const [view] = await inspect([handle]);
        if (view?.seen === 'yes' && isTerminalJobState(view.state)) throw fault('conflict');
        await cancel(handle, options);
      },
    })),
  ),
  mutant(
    'cancel.absent',
    'complains when there is nothing to cancel',
    jobs(({ cancel, inspect }) => ({
      cancel: async (handle, options) => {
        if ((await inspect([handle]))[0]?.seen === 'absent') throw fault('not-found');
        await cancel(handle, options);
      },
    })),
  ),
  mutant('release.twice', 'cannot release twice', (() => {
    const seen = new Set<string>();
    return jobs(({ release }) => ({ release: onlyOnce(release, (handle) => handle.id, seen) }));
  })()),
  mutant('timeout.ends', 'forgets the time-out', jobs(({ submit }) => ({ submit: ({ timeoutMs: _timeoutMs, ...spec }, options) => submit(spec, options) }))),
  mutant('gang.exits', "tells of the first node only", endedViews(({ exits }) => ({ exits: exits.slice(0, 1) }))),
  mutant(
    'gang.first-failure',
    'lets the other nodes end in their own time',
    endedViews(({ exits }) => ({ exits: exits.map((exit) => (exit.node === 0 ? { node: 0, cause: 'exit' as const, code: 0 } : exit)) })),
  ),
];
