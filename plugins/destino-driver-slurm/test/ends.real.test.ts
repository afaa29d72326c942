import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import type { Handle, JobSpecInput } from '@destino/core/model';
import { createSlurmDriver } from '../src/driver.ts';
import { slurmSubject, trialJob } from './subject.ts';
import { ended, jobsOf, running, slurm, submit, texts, until } from './trial.ts';

const conf = inject('slurmConf');
const subject = slurmSubject(createSlurmDriver(), { slurmConf: conf });
const target = subject.openTarget();
const jobs = jobsOf(target);
const made: Handle[] = [];

async function start(command: string, rest: Partial<JobSpecInput> = {}): Promise<Handle> {
  const handle = await submit(jobs, trialJob(command, rest));
  made.push(handle);
  return handle;
}

const bySlurm = (options: Record<string, string>, more: Partial<NonNullable<JobSpecInput['resources']>> = {}): Partial<JobSpecInput> => ({ resources: { ...more, properties: { slurm: options } } });

afterEach(async () => {
  for (const handle of made.splice(0)) await jobs.cancel(handle, { graceMs: 0 });
});
afterAll(async () => {
  await target[Symbol.asyncDispose]();
  await subject.dispose?.();
});

describe('ends of jobs on a real Slurm', () => {
  it('tells lack of memory from other kills', async () => {
    const view = await ended(jobs, await start('head -c 600M /dev/zero | tail | sleep 1; exit 9', { resources: { memoryBytes: 60_000_000 } }));
    expect([view.state, view.rawState, view.exits[0]?.cause]).toEqual(['failed', 'OUT_OF_MEMORY', 'oom']);
    const killed = await ended(jobs, await start('kill -KILL $$'));
    expect([killed.state, killed.exits[0]?.cause, killed.exits[0]?.signal]).toEqual(['failed', 'signal', 'SIGKILL']);
  });

  it('tells a cancellation on the cluster from one by Destino', async () => {
    const handle = await start('sleep 600');
    await running(jobs, handle);
    await slurm(conf, 'scancel', handle.id);
    const view = await ended(jobs, handle);
    expect([view.state, view.rawState, view.exits[0]?.cause, view.reasons.map(({ code }) => code)]).toEqual(['cancelled', 'CANCELLED', 'cancelled', ['cancelled-on-the-cluster']]);
  });

  it('tells that another job took its place', async () => {
    const handle = await start('sleep 600', bySlurm({ partition: 'main' }, { cores: 4, nodes: 3 }));
    await running(jobs, handle);
    await start('true', bySlurm({ partition: 'urgent' }, { cores: 4, nodes: 3 }));
    const view = await ended(jobs, handle);
    expect([view.state, view.rawState, view.exits.map(({ cause }) => cause)]).toEqual(['failed', 'PREEMPTED', ['preempted', 'preempted', 'preempted']]);
  });

  it('tells that a node failed', async () => {
    const handle = await start('sleep 600', bySlurm({ constraint: 'n3' }));
    await running(jobs, handle);
    await slurm(conf, 'scontrol', 'update', 'nodename=n3', 'state=down', 'reason=trial');
    try {
      const view = await ended(jobs, handle);
      expect([view.state, view.rawState, view.exits[0]?.cause]).toEqual(['failed', 'NODE_FAIL', 'node-lost']);
    } finally {
      await slurm(conf, 'scontrol', 'update', 'nodename=n3', 'state=idle');
    }
  });

  it('takes a waiting job out of the queue, so that it never begins', async () => {
    const handle = await start('sleep 600', bySlurm({ constraint: 'n1' }, { cores: 4 }));
    await running(jobs, handle);
    const waiting = await start('touch "$DESTINO_CHECKPOINT_DIR/begun"', bySlurm({ constraint: 'n1' }, { cores: 4 }));
    const seen = await until(jobs, waiting, ({ reasons }) => reasons[0]?.code === 'resources' || reasons[0]?.code === 'priority');
    expect(seen.state).toBe('queued');
    await jobs.cancel(waiting, { graceMs: 1000 });
    const view = await ended(jobs, waiting);
    expect([view.state, view.exits[0]?.cause]).toEqual(['cancelled', 'cancelled']);
  });
});

describe('waiting on a real Slurm', () => {
  it('tells limits of a QOS by its own words', async () => {
    const options = { account: 'trial', qos: 'small' };
    const view = await until(jobs, await start('true', bySlurm(options, { cores: 4 })), ({ reasons }) => (reasons[0]?.code ?? '').startsWith('qos-'));
    expect(view.reasons[0]).toMatchObject({ code: 'qos-max-cpu-per-user-limit', text: expect.stringContaining('QOSMaxCpuPerUserLimit') as string, fix: expect.any(String) as string });
  });

  it('tells a hold, and how to end it', async () => {
    await running(jobs, await start('sleep 600', bySlurm({ constraint: 'n1' }, { cores: 4 })));
    const handle = await start('true', bySlurm({ constraint: 'n1' }));
    await slurm(conf, 'scontrol', 'uhold', handle.id);
    const view = await until(jobs, handle, ({ reasons }) => reasons[0]?.code === 'job-held-user');
    expect(view.reasons[0]?.fix).toBe(`scontrol release ${handle.id}`);
  });

  it.each([
    ['an unknown partition', { partition: 'nowhere' }, 'rejected', 'Invalid partition name'],
    ['an unknown account', { account: 'nobody' }, 'rejected', 'Invalid account'],
    ['an unknown feature', { constraint: 'gold' }, 'rejected', 'Invalid feature'],
  ])('refuses %s at once, and leaves nothing', async (_what, options, code, words) => {
    const job = trialJob('true', { name: 'refused', ...bySlurm(options) });
    await expect(jobs.submit(job, { key: subject.newKey(), fence: 1 })).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
    const owned = [];
    for await (const thing of target.owned?.list() ?? []) if (thing.note === 'refused') owned.push(thing);
    expect(owned).toEqual([]);
  });
});

describe('several processes on a real Slurm', () => {
  it('tells each its rank, and all where the first one is', async () => {
    const handle = await start('echo "$RANK $NODE_RANK $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR $OMPI_COMM_WORLD_RANK"', { distribution: { type: 'mpi' }, resources: { nodes: 2, processesPerNode: 2 } });
    const view = await ended(jobs, handle);
    expect([view.state, view.exits.map(({ node, code }) => [node, code])]).toEqual(['succeeded', [[0, 0], [1, 0]]]);
    const said = await texts(jobs.logs(handle, { follow: true }));
    expect(said).toEqual(Object.fromEntries([0, 1, 2, 3].map((rank) => [`rank${rank}`, `${rank} ${rank >> 1} ${rank % 2} 4 n1 ${rank}\n`])));
  });

  it('cancels all of them, also those that do not listen', async () => {
    const handle = await start("trap '' TERM; echo up; while :; do sleep 1; done", { resources: { nodes: 2 } });
    await running(jobs, handle);
    await jobs.cancel(handle, { graceMs: 500 });
    const view = await ended(jobs, handle);
    expect([view.state, view.exits.map(({ cause }) => cause)]).toEqual(['cancelled', ['cancelled', 'cancelled']]);
  });
});

describe('a cluster that is looked at', () => {
  it('tells partitions, nodes and accounting', async () => {
    const probe = await target.probe();
    expect(probe).toMatchObject({ health: 'healthy', attributes: { accounting: true, partitions: [{ name: 'main', nodes: 3 }, { name: 'urgent' }] }, missing: { 'jobs.gpu': { code: 'no-gpu' } } });
    const ids: string[] = [];
    for await (const node of target.nodes?.list(undefined) ?? []) ids.push(node.id);
    expect(ids).toEqual(['n1', 'n2', 'n3']);
  });

  it('gives code and inputs once, and outputs back', async () => {
    const { contexts } = subject;
    const snapshot = contexts[0]?.addSnapshot({ 'say.sh': 'cat "$1"; cp "$1" outputs/copy.txt', 'deep/er/file': 'x' });
    const data = contexts[0]?.addSnapshot({ 'a b.txt': 'data\n' });
    const job = trialJob('', { ...(snapshot !== undefined && { snapshot }), command: ['sh say.sh ', { input: 'data' }], inputs: { data: { type: 'uri_file', mode: 'download', source: { from: 'snapshot', hash: data ?? '' } } } });
    const progress: string[] = [];
    const options = { key: subject.newKey(), fence: 1 };
    const staged = await jobs.stage?.(job, options);
    await jobs.stage?.(job, { ...options, onProgress: ({ skippedBytes }) => progress.push(`${skippedBytes ?? 'sent'}`) });
    expect(progress).not.toContain('sent');
    const answer = await jobs.submit(job, { ...options, ...(staged !== undefined && { staged }) });
    if (!('handle' in answer)) throw new Error('the Slurm driver never answers busy');
    const { handle } = answer;
    expect((await ended(jobs, handle)).state).toBe('succeeded');
    expect(await texts(jobs.logs(handle, { follow: true }))).toEqual({ node0: 'data\n' });
  });
});
