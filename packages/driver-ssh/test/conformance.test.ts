import { jobSpecSchema } from '@destino/core/model';
import { shellCommand, type ConformanceSubject, type TestContext } from '@destino/driver-testkit';
import { describeConformance } from '@destino/driver-testkit/vitest';
import { driver } from '../src/driver.ts';
import { contextFor, freshKey, Machine, realClock } from './trial.ts';

const machine = await Machine.start();
const plantedSecrets = { planted: 'value-that-nobody-may-see' };
const owner = { workspace: 'conformance', incarnation: 'one' };
const contexts: TestContext[] = [];
const config = machine.config();

const subject: ConformanceSubject = {
  driver,
  config,
  owner,
  clock: realClock,
  plantedSecrets,
  newKey: freshKey,
  patienceMs: 60_000,
  pollMs: 50,
  open: (options = {}) => {
    const context = contextFor(options.owner ?? owner, plantedSecrets);
    contexts.push(context);
    return driver.open(config, context);
  },
  makeJob: (programme) =>
    jobSpecSchema.parse({
      name: `conformance-${programme.does}`,
      command: [shellCommand(programme)],
      ...(programme.does === 'reads-secret' && { secrets: { PLANTED: { secret: programme.secret } } }),
    }),
  unknownHandle: () => ({ kind: 'ssh', stateVersion: 1, id: freshKey(), state: { root: '/nowhere', bootId: 'of-no-boot' } }),
  loggedText: () => JSON.stringify(contexts.map((context) => context.lines)),
  dispose: async () => await machine.end(),
};

describeConformance(subject);
