import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/bundle/main.js', import.meta.url));

export type Ended = { code: number | null; stdout: string; stderr: string; bytes: Buffer };
export type Running = { process: ChildProcess; ended: Promise<Ended>; until(text: string): Promise<void> };

/** A folder to work in, with a state folder of its own, and the program run in it as its user would. */
export class CliTrial implements AsyncDisposable {
  readonly folder: string;
  readonly state: string;
  readonly #root: string;
  readonly #more: Record<string, string>;

  private constructor(root: string, more: Record<string, string>) {
    this.#root = root;
    this.#more = more;
    this.folder = join(root, 'work');
    this.state = join(root, 'state');
  }

  /** `more` variables for every process of it. */
  static async start(more: Record<string, string> = {}): Promise<CliTrial> {
    const trial = new CliTrial(await mkdtemp(join(tmpdir(), 'destino-cli-')), more);
    await mkdir(trial.folder);
    return trial;
  }

  async write(files: Record<string, string | Uint8Array>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), content);
    }
  }

  async run(...words: string[]): Promise<Ended> {
    return await this.begin(words).ended;
  }

  /** With `--json`: the objects that it printed. */
  async objects(...words: string[]): Promise<{ code: number | null; objects: Record<string, unknown>[]; stderr: string }> {
    const { code, stdout, stderr } = await this.run(...withJson(words));
    return { code, stderr, objects: stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>) };
  }

  begin(words: readonly string[], options: { input?: string; variables?: Record<string, string> } = {}): Running {
    const child = spawn(process.execPath, [main, ...words], { cwd: this.folder, env: { ...this.variables(), ...options.variables }, stdio: 'pipe' });
    child.stdin.end(options.input ?? '');
    const out: Buffer[] = [];
    const error: Buffer[] = [];
    const watchers = new Set<() => void>();
    const take = (list: Buffer[]) => (chunk: Buffer): void => {
      list.push(chunk);
      for (const watcher of watchers) watcher();
    };
    child.stdout.on('data', take(out));
    child.stderr.on('data', take(error));
    const seen = (): string => Buffer.concat([...out, ...error]).toString('utf8');
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(error).toString('utf8'), bytes: Buffer.concat(out) }));
    });
    const until = async (text: string): Promise<void> => {
      await Promise.race([
        new Promise<void>((resolve) => {
          const look = (): void => {
            if (!seen().includes(text)) return;
            watchers.delete(look);
            resolve();
          };
          watchers.add(look);
          look();
        }),
        ended.then(() => {
          if (!seen().includes(text)) throw new Error(`it ended without saying ${JSON.stringify(text)}:\n${seen()}`);
        }),
      ]);
    };
    return { process: child, ended, until };
  }

  /** Nothing of the account that runs the tests, and an agent that does not linger. */
  variables(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: this.#root, DESTINO_STATE_DIR: this.state, XDG_RUNTIME_DIR: this.#root, DESTINO_AGENT_LINGER_MS: '300', ...this.#more };
  }

  /** The process id of the workspace's agent; `undefined` when none runs. */
  async agent(): Promise<number | undefined> {
    const { objects } = await this.objects('workspace', 'show');
    const agent = objects[0]?.['agent'] as { pid: number } | null;
    return agent?.pid;
  }

  /** Resolves when a process has ended; one that does not within ten seconds is ended. */
  async gone(pid: number): Promise<void> {
    for (let count = 0; isAlive(pid); count += 1) {
      if (count === 200) process.kill(pid, 'SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async read(name: string): Promise<string> {
    return await readFile(join(this.folder, name), 'utf8');
  }

  /** Ends what it left at work, by asking for it, then removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('job', 'cancel', '--all', '--yes');
    const agent = await this.agent();
    // Looked at from outside: every command that asks the agent keeps it from ending.
    if (agent !== undefined) await this.gone(agent);
    await rm(this.#root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Before what belongs to the workload. */
function withJson(words: readonly string[]): string[] {
  const at = words.indexOf('--');
  return at === -1 ? [...words, '--json'] : [...words.slice(0, at), '--json', ...words.slice(at)];
}
