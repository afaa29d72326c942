import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';

/** The account and key that Azurite documents for everybody; they open nothing but such a process. */
export const account = 'devstoreaccount1';
export const sharedKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** A blob service of its own, in memory, on a free port of the loopback. */
export class Azurite {
  readonly origin: string;
  readonly #process: ChildProcess;
  #containers = 0;

  private constructor(origin: string, child: ChildProcess) {
    this.origin = origin;
    this.#process = child;
  }

  static async start(): Promise<Azurite> {
    const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
    const words = [main, '--inMemoryPersistence', '--blobHost', '127.0.0.1', '--blobPort', '0', '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const origin = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /listens on (http:\/\/[\d.:]+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`azurite ended with ${code}: ${text}`)));
    });
    return new Azurite(origin, child);
  }

  /** A new, empty container's address. */
  async container(): Promise<string> {
    this.#containers += 1;
    const name = `trial-${this.#containers}`;
    const service = new BlobServiceClient(`${this.origin}/${account}`, new StorageSharedKeyCredential(account, sharedKey));
    await service.createContainer(name);
    return `${this.origin}/${account}/${name}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}
