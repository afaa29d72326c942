import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobSpecSchema, newKey, serviceSpecSchema } from '@destino/core/model';
import { createTestContext, shellCommand, type ConformanceSubject, type TestContext } from '@destino/driver-testkit';
import { describeConformance } from '@destino/driver-testkit/vitest';
import { helperScript } from '@destino/helper';
import { driver } from '../src/driver.ts';
import { realClock, searchPath } from './trial.ts';

const machineDir = mkdtempSync(join(tmpdir(), 'destino-conformance-'));
const plantedSecrets = { planted: 'value-that-nobody-may-see' };
const owner = { workspace: 'conformance', incarnation: 'one' };
const contexts: TestContext[] = [];
const freshKey = (): string => newKey((size) => new Uint8Array(randomBytes(size)));

const config = { machineDir, cores: 4 };
let scorer = '';
const entryScript = 'export function init() {}\nexport function run(data) {\n  return { length: data.length };\n}\n';

const subject: ConformanceSubject = {
  driver,
  config,
  owner,
  clock: realClock,
  plantedSecrets,
  newKey: freshKey,
  open: (options = {}) => {
    const context = createTestContext({
      clock: realClock,
      owner: options.owner ?? owner,
      secrets: plantedSecrets,
      helper: { ...helperScript(), image: () => undefined },
    });
    scorer = context.addSnapshot({ 'score.mjs': entryScript });
    contexts.push(context);
    return driver.open(config, context);
  },
  makeJob: (programme) =>
    jobSpecSchema.parse({
      name: `conformance-${programme.does}`,
      command: [shellCommand(programme)],
      baseVariables: { PATH: searchPath },
      ...(programme.does === 'reads-secret' && { secrets: { PLANTED: { secret: programme.secret } } }),
    }),
  makeService: (name, revision) => serviceSpecSchema.parse({ name, revision, server: { kind: 'script', snapshot: scorer, entryScript: 'score.mjs' } }),
  unknownHandle: () => {
    const key = freshKey();
    return { kind: 'local', stateVersion: 1, id: key, state: { folder: join(machineDir, 'jobs', key), bootId: 'of-no-boot' } };
  },
  loggedText: () => JSON.stringify(contexts.map((context) => context.lines)),
  dispose: async () => rmSync(machineDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
};

describeConformance(subject);
