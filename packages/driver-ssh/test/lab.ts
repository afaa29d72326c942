import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { SshConfig } from '../src/config.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../../tools/testbed/sshlab.sh', import.meta.url));
const machineSchema = z.object({ machine: z.number(), host: z.string(), user: z.string(), identityFile: z.string(), knownHostsFile: z.string() });

/** Real machines: sshd, network, disk and power of their own. */
export class Lab {
  readonly #state: string;
  readonly #network: string;
  readonly #configs = new Map<number, SshConfig>();

  private constructor(state: string, network: string) {
    this.#state = state;
    this.#network = network;
  }

  /** Labs at the same time need a network each. */
  static async start(machines: number, network: string): Promise<Lab> {
    const lab = new Lab(mkdtempSync('/var/tmp/destino-sshlab-'), network);
    for (const line of (await lab.do('up', String(machines))).trim().split('\n')) {
      const { machine, ...config } = machineSchema.parse(JSON.parse(line));
      lab.#configs.set(machine, { ...config, configFile: 'none', identityAgent: 'none', cores: 4 });
    }
    return lab;
  }

  config(machine: number): SshConfig {
    const config = this.#configs.get(machine);
    if (config === undefined) throw new Error(`there is no machine ${machine}`);
    return config;
  }

  async do(...words: string[]): Promise<string> {
    return (await run('bash', [script, ...words], { env: { ...process.env, TESTBED_STATE: this.#state, SSHLAB_NETWORK: this.#network } })).stdout;
  }

  async end(): Promise<void> {
    await this.do('down');
    await rm(join(this.#state), { recursive: true, force: true });
  }
}
