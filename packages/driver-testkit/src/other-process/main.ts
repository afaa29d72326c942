import type { Driver, Jobs } from '@destino/core/driver';
import { DestinoError, errorToData } from '@destino/core/errors';
import { createRealClock } from '../real-clock.ts';
import { createTestContext, type TestContextOptions } from '../test-context.ts';
import type { Opening, OtherAnswer, OtherCall } from './protocol.ts';

/** What a module of conformance exports for processes other than its own. */
type DriverModule = { driver: Driver; surroundings?: () => Partial<TestContextOptions> };

const opening = JSON.parse(process.argv[2] ?? '') as Opening;
const { driver, surroundings } = (await import(opening.module)) as DriverModule;
const context = createTestContext({ clock: createRealClock(), owner: opening.owner, secrets: opening.secrets, ...surroundings?.() });
const target = driver.open(driver.configSchema.parse(opening.config), context);

async function call({ verb, words }: OtherCall): Promise<unknown> {
  const { jobs } = target;
  if (jobs === undefined) throw new DestinoError('unsupported', 'this driver runs no jobs');
  const run = jobs[verb] as (...words: unknown[]) => ReturnType<Jobs[typeof verb]>;
  return await run.apply(jobs, words);
}

async function answer(asked: OtherCall): Promise<void> {
  let reply: OtherAnswer;
  try {
    reply = { id: asked.id, value: await call(asked) };
  } catch (error) {
    reply = { id: asked.id, error: errorToData(error) };
  }
  if (asked.dies) process.kill(process.pid, 'SIGKILL');
  process.send?.(reply);
}

process.on('message', (asked: OtherCall) => void answer(asked));
process.on('disconnect', () => process.exit());
process.send?.('ready');
