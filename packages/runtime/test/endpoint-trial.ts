import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFakeDriver, createFakeRemote, type FakeRemote } from '@destino/driver-testkit';
import { createDestino, type Destino, type DestinoOptions } from '@destino/runtime';

/** A workspace with a target whose services answer over HTTP from this process, and the gateway in it. */
export class EndpointTrial implements AsyncDisposable {
  readonly remote: FakeRemote;
  /** Services that answer with a fault of theirs. */
  readonly faulty = new Set<string>();
  readonly #servers: Server[] = [];
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
    this.remote = createFakeRemote({ nowMs: () => performance.now() });
  }

  static async start(): Promise<EndpointTrial> {
    return new EndpointTrial(await mkdtemp(join(tmpdir(), 'destino-endpoint-')));
  }

  get folder(): string {
    return join(this.#root, 'work');
  }

  /** A host of the workspace that serves endpoints. */
  async open(more: DestinoOptions = {}): Promise<Destino> {
    await mkdir(this.folder, { recursive: true });
    const driver = createFakeDriver({ remote: this.remote, connect: async (name) => await this.#connect(name) });
    const policy = { claimEveryMs: 50, pokeEveryMs: 20 };
    const destino = await createDestino({ folder: this.folder, stateFolder: join(this.#root, 'state'), variables: { PATH: process.env['PATH'], HOME: this.#root }, drivers: [driver], servesEndpoints: true, policy, ...more });
    await destino.targets.put({ name: 'lab', kind: 'fake', config: { target: 'lab' } });
    return destino;
  }

  async #connect(name: string): Promise<{ origin: string; close(): Promise<void> }> {
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(this.faulty.has(name) ? 500 : 200).end(name));
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: async () => void server.close() };
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), text);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    }
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
  }
}
