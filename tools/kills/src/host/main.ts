import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { Engine, type EnginePolicy } from '@destino/core';
import { isDestinoError } from '@destino/core/errors';
import { connectFakeRemote, createFakeDriver, createTestContext } from '@destino/driver-testkit';
import { planJobs, targetName, type PlannedJob } from '../plan.ts';
import { openWorkspace, systemClock } from '../workspace.ts';
import { hostOptionsSchema, orderSchema, type Order } from './orders.ts';

/** The process that is killed. It supervises, takes orders from stdin, and ends with it. */
const options = hostOptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const plan = planJobs(options.seed, options.jobs);

// Everything as usual, only faster, so that many kills fit into little time.
const policy: Partial<EnginePolicy> = {
  sessionLifetimeMs: 800,
  sessionRenewMs: 150,
  claimEveryMs: 50,
  pokeEveryMs: 50,
  pollMaxMs: 200,
  backoffMinMs: 20,
  backoffMaxMs: 500,
  cancelRepeatMs: 500,
  followLogEveryMs: 30,
  watchForMs: 1000,
};

const { store, blobs } = await openWorkspace(options.place);
const { link } = await connectFakeRemote(options.remote);
const context = createTestContext({ clock: systemClock, owner: { workspace: store.info.workspace, incarnation: store.info.incarnation } });
const engine = new Engine({
  store,
  blobs,
  drivers: [createFakeDriver({ remote: link, host: options.name, followPollMs: 20 })],
  host: { hostId: 'this-machine', role: 'killed', pid: process.pid },
  context: () => context,
  clock: systemClock,
  randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  logger: context.logger,
  policy,
});
await engine.targets.put({ name: targetName, kind: 'fake', config: { target: targetName } });
await engine.start();
tell({ started: true });
flushCompileCache();
for (const { name } of (await engine.jobs({ active: true, limit: 1000 })).items) {
  const job = plan.find((planned) => planned.name === name);
  if (job?.followed === true) follow(job);
}
for await (const line of createInterface(process.stdin)) obey(orderSchema.parse(JSON.parse(line))).catch(fail);
process.exit(0);

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`${isDestinoError(error) ? JSON.stringify(error.toJSON()) : String(error)}\n`);
  process.exit(1);
}

async function obey(order: Order): Promise<void> {
  const job = plan[order.job];
  if (job === undefined) throw new Error(`there is no job ${order.job} in the plan`);
  if (order.act === 'cancel') await engine.cancel(job.name);
  else {
    await engine.submit({ name: job.name, request: job.request });
    if (job.followed) follow(job);
  }
  tell(order);
}

/** Somebody looks on, so the log is carried while the job is live. */
function follow(job: PlannedJob): void {
  const look = async (): Promise<void> => {
    for await (const _ of engine.logs(job.name, { follow: true }));
  };
  look().catch(fail);
}
