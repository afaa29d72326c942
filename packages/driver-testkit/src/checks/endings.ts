import { isTerminalJobState } from '@destino/core/model';
import { equal, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import { linesOf } from './log-text.ts';

const needs = { capabilities: ['jobs'] } as const;

/** Semantics 8, 10 and 11: how jobs end. */
export const endingChecks: readonly Check[] = [
  {
    id: 'failure.exit-code',
    sentence: "A command that fails is data: the state, and the node's exit code.",
    semantic: 10,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const view = await trial.end(jobs, await trial.submit(jobs, { does: 'fails', exitCode: 7 }));
      equal([view.state, view.exits.length, view.exits[0]?.node, view.exits[0]?.cause, view.exits[0]?.code], ['failed', 1, 0, 'exit', 7], 'how it ended');
    },
  },
  {
    id: 'failure.success',
    sentence: 'A command that ends with 0 has succeeded, and says so.',
    semantic: 10,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const view = await trial.end(jobs, await trial.submit(jobs, { does: 'succeeds' }));
      equal([view.state, view.exits.length, view.exits[0]?.cause, view.exits[0]?.code], ['succeeded', 1, 'exit', 0], 'how it ended');
    },
  },
  {
    id: 'cancel.ends',
    sentence: 'cancel ends a running job, asked for from another process.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await trial.running(jobs, handle);
      await (await trial.openJobs()).cancel(handle, { graceMs: 2_000 });
      const view = await trial.end(jobs, handle);
      that(view.state === 'cancelled' || view.state === 'failed', `after the cancellation the job is ${view.state}`);
    },
  },
  {
    id: 'cancel.force',
    sentence: 'cancel ends by force, after the grace period, what ignores the request.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'ignores-term' });
      await trial.running(jobs, handle);
      await trial.pause(300);
      await jobs.cancel(handle, { graceMs: 500 });
      const view = await trial.end(jobs, handle);
      that(view.state === 'cancelled' || view.state === 'failed', `after the cancellation the job is ${view.state}`);
    },
  },
  {
    id: 'cancel.tree',
    sentence: 'cancel ends the children of the command too: nothing is written after the end.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'has-child' });
      await trial.running(jobs, handle);
      await trial.pause(500);
      await jobs.cancel(handle, { graceMs: 500 });
      await trial.end(jobs, handle);
      const read = async (): Promise<number> => linesOf(await trial.collect(jobs.logs(handle, { follow: false }))).length;
      const before = await read();
      await trial.pause(2_500);
      equal(await read(), before, 'the lines some time after the end');
    },
  },
  {
    id: 'cancel.finished',
    sentence: 'cancel changes nothing in what has ended, and may be repeated.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      const before = await trial.end(jobs, handle);
      await jobs.cancel(handle, { graceMs: 0 });
      await jobs.cancel(handle, { graceMs: 0 });
      const after = await trial.end(jobs, handle);
      equal([after.state, after.exits], [before.state, before.exits], 'state and exits after cancel');
    },
  },
  {
    id: 'cancel.absent',
    sentence: 'cancel and release of what is not there are no errors.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      await jobs.cancel(trial.subject.unknownHandle(), { graceMs: 0 });
      await jobs.release(trial.subject.unknownHandle());
    },
  },
  {
    id: 'release.twice',
    sentence: 'release may be repeated, from another process too, and what is released is not running.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      await trial.end(jobs, handle);
      await jobs.release(handle);
      await jobs.release(handle);
      const other = await trial.openJobs();
      await other.release(handle);
      const view = await trial.inspect(other, handle);
      that(view.seen !== 'yes' || isTerminalJobState(view.state), `after release the job is ${JSON.stringify(view)}`);
    },
  },
  {
    id: 'timeout.ends',
    sentence: "A target that keeps time-outs ends the work at its own, and says 'timeout'.",
    semantic: 8,
    needs: { capabilities: ['jobs', 'jobs.timeout'], traits: { timeout: ['target'] } },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const spec = { ...trial.subject.makeJob({ does: 'sleeps', ms: 600_000 }), timeoutMs: 1000, graceMs: 500 };
      const view = await trial.end(jobs, await trial.submit(jobs, spec));
      equal([view.state, view.exits[0]?.cause], ['failed', 'timeout'], 'how it ended');
    },
  },
  {
    id: 'gang.exits',
    sentence: 'A job of several nodes has one exit for each node.',
    semantic: 11,
    needs: { capabilities: ['jobs', 'jobs.multi-node'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const view = await trial.end(jobs, await trial.submit(jobs, { does: 'gang', nodes: 2 }));
      const exits = view.exits.toSorted((a, b) => a.node - b.node);
      equal(exits.map((exit) => [exit.node, exit.code]), [[0, 0], [1, 0]], 'node and code of each exit');
    },
  },
  {
    id: 'gang.first-failure',
    sentence: 'The first node that fails ends the others.',
    semantic: 11,
    needs: { capabilities: ['jobs', 'jobs.multi-node'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const view = await trial.end(jobs, await trial.submit(jobs, { does: 'gang', nodes: 2, failing: 1 }));
      equal([view.state, view.exits.find((exit) => exit.node === 1)?.code], ['failed', 3], "the state and the failing node's code");
      that(view.exits.find((exit) => exit.node === 0)?.code !== 0, 'the other node ended well');
    },
  },
];
