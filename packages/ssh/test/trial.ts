import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { createTestContext, type TestContext } from '@destino/driver-testkit';
import type { ConnectionSettings } from '../src/connection/settings.ts';
import { exchangeAll } from '../src/far/exchange.ts';
import { SshLink } from '../src/connection/link.ts';
import { newKeyPair, startShellServer, type ShellServer, type ShellServerOptions } from '../src/test-server/index.ts';

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
  sleep: async (ms, options) => {
    await setTimeout(ms, undefined, options?.signal === undefined ? {} : { signal: options.signal }).catch((error: unknown) => {
      throw new DestinoError('aborted', 'the sleep was stopped', { cause: error });
    });
  },
};

/** A machine on loopback, and the files by which it is reached. */
export class Place {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'destino-ssh-'));
  readonly home: string = join(this.dir, 'home');
  readonly keys: ReturnType<typeof newKeyPair>;
  readonly servers: ShellServer[] = [];
  readonly #links: SshLink[] = [];
  context: TestContext = createTestContext({ clock: realClock });

  constructor(passphrase?: string) {
    mkdirSync(this.home);
    this.keys = newKeyPair(passphrase);
    writeFileSync(this.file('id'), this.keys.privateKey, { mode: 0o600 });
    writeFileSync(this.file('known_hosts'), '');
  }

  file(name: string): string {
    return join(this.dir, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  /** Starts a server, and makes it known unless told not to. */
  async serve(options: Partial<ShellServerOptions> & { known?: boolean } = {}): Promise<ShellServer> {
    const { known = true, ...rest } = options;
    const server = await startShellServer({ home: this.home, user: 'tester', authorizedKeys: [this.keys.publicKey], ...rest });
    this.servers.push(server);
    if (known) writeFileSync(this.file('known_hosts'), this.read('known_hosts') + server.knownHosts);
    return server;
  }

  settings(server: ShellServer, rest: Partial<ConnectionSettings> = {}): ConnectionSettings {
    return { host: '127.0.0.1', port: server.port, user: 'tester', identityFile: this.file('id'), identityAgent: 'none', knownHostsFile: this.file('known_hosts'), configFile: 'none', ...rest };
  }

  link(server: ShellServer, rest: Partial<ConnectionSettings> = {}): SshLink {
    return this.linkBy(this.settings(server, rest));
  }

  linkBy(settings: ConnectionSettings): SshLink {
    const link = new SshLink(settings, this.context);
    this.#links.push(link);
    return link;
  }

  async say(link: SshLink, command: string): Promise<string> {
    return (await exchangeAll(link, command, {})).stdout.toString('utf8').trim();
  }

  async end(): Promise<void> {
    for (const link of this.#links) await link[Symbol.asyncDispose]();
    for (const server of this.servers) await server.close();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
