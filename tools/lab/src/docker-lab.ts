import { execFile, execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const script = join(import.meta.dirname, '../../testbed/docker.sh');

/** A Docker engine of its own by `tools/testbed/docker.sh`, and beside it what a test asks for. Needs root on Debian. */
export class DockerLab {
  readonly host: string;
  /** Of a registry on loopback, `127.0.0.1:PORT`; empty where none was asked for. */
  readonly registry: string;
  readonly #environment: Record<string, string | undefined>;

  private constructor(host: string, registry: string, environment: Record<string, string | undefined>) {
    this.host = host;
    this.registry = registry;
    this.#environment = environment;
  }

  static async start(parts: { python?: boolean; registry?: boolean } = {}): Promise<DockerLab> {
    const environment = { ...process.env, TESTBED_STATE: `/var/tmp/destino-lab-${process.pid}` };
    const run = async (...words: string[]): Promise<string> => (await execute(script, words, { env: environment })).stdout.trim();
    const host = await run('up');
    if (parts.python === true) await run('python');
    const registry = parts.registry === true ? await run('registry') : '';
    return new DockerLab(host, registry, environment);
  }

  /** What a docker command prints. */
  docker(...words: string[]): string {
    return execFileSync('docker', ['--host', this.host, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async stop(): Promise<void> {
    await execute(script, ['down'], { env: this.#environment });
    rmSync(this.#environment['TESTBED_STATE'] ?? '', { recursive: true, force: true });
  }
}
