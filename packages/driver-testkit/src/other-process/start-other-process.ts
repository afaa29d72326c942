import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Jobs } from '@destino/core/driver';
import { DestinoError, type ErrorData } from '@destino/core/errors';
import type { OtherProcess } from '../conformance/subject.ts';
import type { Opening, OtherAnswer, OtherCall, OtherVerb } from './protocol.ts';

/** Starts a process of its own that opens the driver which `module` exports. @throws `unavailable` when it does not start. */
export async function startOtherProcess(opening: Opening): Promise<OtherProcess> {
  const fromSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(fromSource ? './main.ts' : './main.js', import.meta.url));
  const child = fork(main, [JSON.stringify(opening)], { execArgv: fromSource ? ['--conditions=@destino/source'] : [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const words: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk));
  const started = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (started === undefined) throw new DestinoError('unavailable', `another process could not open the driver: ${Buffer.concat(words).toString('utf8').trim()}`);
  return new Other(child);
}

class Other implements OtherProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #calls = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answer: OtherAnswer) => this.#settle(answer));
    child.on('exit', () => this.#lose());
  }

  get jobs(): OtherProcess['jobs'] {
    const verb = (name: OtherVerb) => async (...words: unknown[]): Promise<unknown> => await this.#call(name, words, false);
    return { submit: verb('submit'), find: verb('find'), inspect: verb('inspect'), cancel: verb('cancel'), release: verb('release') } as Pick<Jobs, OtherVerb>;
  }

  async submitAndDie(...words: Parameters<Jobs['submit']>): Promise<void> {
    const gone = once(this.#child, 'exit');
    await this.#call('submit', words, true).catch((error: unknown) => {
      // What it answers with is of no use: that it is gone is awaited below.
      if (this.#child.connected) throw error;
    });
    await gone;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async #call(verb: OtherVerb, words: unknown[], dies: boolean): Promise<unknown> {
    const asked: OtherCall = { id: (this.#calls += 1), verb, words, dies };
    return await new Promise((resolve, reject) => {
      this.#waiting.set(asked.id, { resolve, reject });
      this.#child.send(asked);
    });
  }

  #settle(answer: OtherAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(asError(answer.error));
    else waiting?.resolve(answer.value);
  }

  #lose(): void {
    for (const { reject } of this.#waiting.values()) reject(new DestinoError('unavailable', 'the other process is gone'));
    this.#waiting.clear();
  }
}

function asError({ code, message, hint, cause }: ErrorData): DestinoError {
  return new DestinoError(code, message, { hint, cause });
}
