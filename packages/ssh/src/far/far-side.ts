import type { CallOptions } from '@destino/core/driver';
import { DestinoError, isDestinoError, type ErrorCode } from '@destino/core/errors';
import type { SshLink } from '../connection/link.ts';
import { exchange, exchangeAll, type Ended, type ExchangeOptions } from './exchange.ts';
import { farScript } from '../far-script.ts';
import { tarOf } from './tar.ts';
import { workDirText } from './work-dir.ts';

/** What the machine says of itself at the first call. */
export type Hello = { root: string; bootId: string; home: string; user: string; shell: string; lang: string; path: string; timeMs: number; cores: number; memoryBytes: number; gpus: readonly number[]; gzip: boolean };

const notHere = 90;
const told = 91;
const word = /^[A-Za-z0-9./:_-]+$/;
const mebibyte = 1_048_576;

/** The account's folder on a machine, worked in by one script there that every call names by its hash. */
export class FarSide {
  readonly link: SshLink;
  readonly #workDir: string;
  #hello: Promise<Hello> | undefined;
  #helloGeneration = -1;

  constructor(link: SshLink, workDir: string | undefined) {
    this.link = link;
    this.#workDir = workDirText(workDir);
  }

  /** Of this connection: a machine that was away may have been booted meanwhile. */
  async hello(options: CallOptions = {}): Promise<Hello> {
    if (this.#hello === undefined || this.#helloGeneration !== this.link.generation) {
      const asked = this.call('hello', [], options).then((answer) => parseHello(answer.toString('utf8')));
      this.#hello = asked;
      asked.then(() => (this.#helloGeneration = this.link.generation), () => this.#hello === asked && (this.#hello = undefined));
      this.#helloGeneration = this.link.generation;
    }
    return await this.#hello;
  }

  async hasGzip(options: CallOptions = {}): Promise<boolean> {
    return (await this.hello(options)).gzip;
  }

  /**
   * One verb of the script, its whole answer. Only an input that can be sent twice is.
   * @throws `unavailable` (also for a full disk, which it names), `forbidden`, `conflict`, `not-found`, `aborted`.
   */
  async call(verb: string, words: readonly (string | number)[], options: ExchangeOptions = {}): Promise<Buffer> {
    for (let tries = 0; ; tries += 1) {
      const { stdout, ...end } = await exchangeAll(this.link, this.#command(verb, words), options);
      if (end.code === 0) return stdout;
      if (end.code !== notHere || tries > 0) throw this.#failure(verb, end, stdout);
      await this.#install(options);
      if (typeof options.input === 'object' && Symbol.asyncIterator in options.input) throw this.link.lost();
    }
  }

  /** As `call`, the answer as it comes. The script must be there: ask for `hello` before. */
  async *stream(verb: string, words: readonly (string | number)[], options: ExchangeOptions = {}): AsyncGenerator<Buffer> {
    const last: Buffer[] = [];
    const answers = exchange(this.link, this.#command(verb, words), options);
    try {
      for (;;) {
        const next = await answers.next();
        if (next.done === true) {
          if (next.value.code === 0) return;
          throw this.#failure(verb, next.value, Buffer.concat(last));
        }
        last.splice(0, Math.max(0, last.length - 1));
        last.push(next.value);
        yield next.value;
      }
    } finally {
      await answers.return({ code: undefined, signal: undefined, stderr: '' });
    }
  }

  /** A command line without a secret, read alike by every login shell: single quotes around words of plain letters. */
  #command(verb: string, words: readonly (string | number)[]): string {
    const all = [verb, ...words.map(String)];
    const odd = all.find((each) => !word.test(each));
    if (odd !== undefined) throw new DestinoError('contract', `'${odd}' cannot stand on a command line`);
    const { hash, helper } = farScript();
    const lines = [
      'far_umask=$(umask)',
      'umask 077',
      `export DESTINO_ROOT="${this.#workDir}"`,
      `helper_hash=${helper.hash}`,
      `far=$DESTINO_ROOT/bin/far-${hash}.sh`,
      `[ -r "$far" ] || exit ${notHere}`,
      `set -- ${all.join(' ')}`,
      '. "$far"',
    ];
    return `exec /bin/sh -c '${lines.join('; ')}'`;
  }

  async #install(options: CallOptions): Promise<void> {
    const { script, hash, helper } = farScript();
    const files = tarOf([
      { path: `helper-${helper.hash}.sh`, mode: 0o700, bytes: helper.script },
      { path: `far-${hash}.sh`, mode: 0o700, bytes: script },
    ]);
    const lines = [
      'umask 077',
      `root="${this.#workDir}"`,
      'mkdir -p "$root/bin" || { df -Pk "$HOME" | tail -n 1; exit 1; }',
      'aside=$root/bin/new.$$',
      `mkdir -p "$aside" && tar -xf - -C "$aside" && mv -f "$aside/helper-${helper.hash}.sh" "$root/bin/" && mv -f "$aside/far-${hash}.sh" "$root/bin/"`,
      'status=$?',
      'rm -rf "$aside"',
      '[ $status -eq 0 ] || df -Pk "$root" | tail -n 1',
      'exit $status',
    ];
    const end = await exchangeAll(this.link, `exec /bin/sh -c '${lines.join('; ')}'`, { ...options, input: files });
    if (end.code === 0) return;
    throw cannotInstall(this.link.settings.host, end, end.stdout.toString('utf8'));
  }

  #failure(verb: string, end: Ended, stdout: Buffer): DestinoError {
    const { host } = this.link.settings;
    const line = stdout.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    const [, code = '', text = ''] = /^trouble (\S+) (.*)$/s.exec(line) ?? [];
    if (end.code === told && code !== '') return trouble(code, text, host);
    const said = end.stderr.trim().split('\n').at(-1) ?? '';
    const how = end.signal === undefined ? `with ${end.code}` : `by SIG${end.signal}`;
    return new DestinoError('unavailable', `'${verb}' ended ${how} on ${host}${said === '' ? '' : `: ${said}`}`, { scope: host, hint: `see whether the machine is well: ssh ${host}` });
  }
}

/** Whether the script there told this trouble. */
export function isTrouble(error: unknown, word: string): boolean {
  return isDestinoError(error) && (error.details as { trouble?: unknown } | undefined)?.trouble === word;
}

const troubles: Readonly<Record<string, { code: ErrorCode; hint?: string }>> = {
  contract: { code: 'contract' },
  'disk-full': { code: 'unavailable', hint: 'free space there, then try again: destino prune' },
  forbidden: { code: 'forbidden', hint: 'set workDir of the target to a folder that the account can write' },
  cannot: { code: 'unavailable', hint: 'try again' },
  broken: { code: 'unavailable', hint: 'try again: what is there already is not sent twice' },
  conflict: { code: 'conflict', hint: 'cancel it first: destino job cancel NAME' },
  'not-found': { code: 'not-found' },
};

function trouble(word: string, text: string, host: string): DestinoError {
  const { code, hint } = troubles[word] ?? { code: 'internal' as const };
  return new DestinoError(code, `${host}: ${text}`, { scope: host, details: { trouble: word }, ...(hint !== undefined && { hint }) });
}

function cannotInstall(host: string, end: Ended, disk: string): DestinoError {
  const said = end.stderr.trim().split('\n').at(-1) ?? '';
  const [, , , available, , place] = disk.trim().split(/\s+/);
  if (Number(available) < 64) return trouble('disk-full', `could not write there: the disk ${place ?? ''} is full (${disk.trim().split(/\s+/)[0] ?? ''})`, host);
  return new DestinoError('unsupported', `${host} lacks what jobs need, or its folder cannot be written: ${said === '' ? `it ended with ${end.code ?? end.signal}` : said}`, {
    scope: host,
    hint: 'it needs /bin/sh and tar, and an account that may run commands; another folder: workDir',
  });
}

function parseHello(text: string): Hello {
  const words = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  const of = (name: string): string => words.get(name) ?? '';
  if (of('root') === '' || of('boot') === '') throw new DestinoError('unsupported', `the machine answered in a way that is not understood: ${text.slice(0, 200)}`, { hint: 'it needs a POSIX shell at /bin/sh' });
  return {
    root: of('root'),
    bootId: of('boot'),
    home: of('home'),
    user: of('user'),
    shell: of('shell'),
    lang: of('lang'),
    path: of('path'),
    timeMs: Number(of('time')),
    cores: Number(of('cores')) / 1000,
    memoryBytes: Number(of('memory')) * mebibyte,
    gzip: of('gzip') === 'yes',
    gpus: of('gpus').split(' ').filter((each) => each !== '').map(Number),
  };
}
