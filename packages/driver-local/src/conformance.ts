import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Helper } from '@destino/core/driver';
import { serviceSpecSchema } from '@destino/core/model';
import type { ConformanceFactory } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { driver } from './driver.ts';
import { makeHandle } from './handle.ts';

export { driver } from './driver.ts';

/** Jobs really run here, so the helper is the real one. */
export function surroundings(): { helper: Helper } {
  return { helper: { ...helperScript(), image: () => undefined } };
}

const entryScript = 'export function init() {}\nexport function run(data) {\n  return { length: data.length };\n}\n';

/** Tries the driver on a folder of its own, which is removed at the end. */
export const conformance: ConformanceFactory = ({ createSubject }) => {
  let scorer = '';
  const machineDir = mkdtempSync(join(tmpdir(), 'destino-conformance-'));
  return {
    part: `a temporary folder of this machine, ${machineDir}`,
    subject: createSubject({
      driver,
      config: { machineDir, cores: 4 },
      surroundings,
      module: import.meta.url,
      prepare: (context) => {
        scorer = context.addSnapshot({ 'score.mjs': entryScript });
      },
      makeService: (name, revision) => serviceSpecSchema.parse({ name, revision, server: { kind: 'script', snapshot: scorer, entryScript: 'score.mjs' } }),
      unknownHandle: (key) => makeHandle(key, { folder: join(machineDir, 'jobs', key), bootId: 'of-no-boot' }),
      dispose: async () => rmSync(machineDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
    }),
  };
};
