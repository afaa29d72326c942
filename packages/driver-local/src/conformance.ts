import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Helper } from '@destino/core/driver';
import type { ConformanceFactory } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { driver } from './driver.ts';
import { makeHandle } from './handle.ts';

export { driver } from './driver.ts';

/** Jobs really run here, so the helper is the real one. */
export function surroundings(): { helper: Helper } {
  return { helper: { ...helperScript(), image: () => undefined } };
}

/** Tries the driver on a folder of its own, which is removed at the end. */
export const conformance: ConformanceFactory = ({ createSubject }) => {
  const machineDir = mkdtempSync(join(tmpdir(), 'destino-conformance-'));
  return {
    part: `a temporary folder of this machine, ${machineDir}`,
    subject: createSubject({
      driver,
      config: { machineDir, cores: 4 },
      surroundings,
      module: import.meta.url,
      unknownHandle: (key) => makeHandle(key, { folder: join(machineDir, 'jobs', key), bootId: 'of-no-boot' }),
      dispose: async () => rmSync(machineDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
    }),
  };
};
