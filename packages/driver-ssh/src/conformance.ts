import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Helper } from '@destino/core/driver';
import type { ConformanceFactory } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { newKeyPair, startShellServer } from '@destino/ssh/test-server';
import { driver } from './driver.ts';
import { makeHandle } from './handle.ts';

export { driver } from './driver.ts';

/** Jobs really run behind the server, so the helper is the real one. */
export function surroundings(): { helper: Helper } {
  return { helper: { ...helperScript(), image: () => undefined } };
}

/** Tries the driver on an SSH server of this process, whose one account has a home of its own; both are gone at the end. */
export const conformance: ConformanceFactory = async ({ createSubject }) => {
  const folder = mkdtempSync(join(tmpdir(), "destino ssh 'ü' "));
  const home = join(folder, 'home');
  const [identityFile, knownHostsFile] = [join(folder, 'id'), join(folder, 'known_hosts')];
  const keys = newKeyPair();
  mkdirSync(home);
  writeFileSync(identityFile, keys.privateKey, { mode: 0o600 });
  const server = await startShellServer({ home, user: 'tester', authorizedKeys: [keys.publicKey] });
  writeFileSync(knownHostsFile, server.knownHosts);
  return {
    part: `an SSH server of this process on 127.0.0.1:${server.port}, with its home in ${folder}`,
    subject: createSubject({
      driver,
      config: { host: '127.0.0.1', port: server.port, user: 'tester', identityFile, identityAgent: 'none', knownHostsFile, configFile: 'none', cores: 4 },
      surroundings,
      module: import.meta.url,
      patienceMs: 60_000,
      pollMs: 50,
      unknownHandle: (key) => makeHandle(key, { root: '/nowhere', bootId: 'of-no-boot' }),
      dispose: async () => {
        await server.close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      },
    }),
  };
};
