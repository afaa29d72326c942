import { spawn } from 'node:child_process';
import { DestinoError } from '@destino/core/errors';

export type Docker = {
  /** Runs a docker command. `onLine` gets what it says, line by line, both streams. Never given a secret. */
  run(words: readonly string[], options?: { signal?: AbortSignal | undefined; onLine?: ((line: string) => void) | undefined; configFolder?: string | undefined }): Promise<{ code: number; stdout: string; lines: string[] }>;
};

export type DockerOptions = {
  /** As DOCKER_HOST. Default: docker's own. */
  host?: string | undefined;
  /** PATH, HOME and what docker reads itself. */
  variables: Readonly<Record<string, string | undefined>>;
};

/** Names that the docker command reads; nothing else of the environment reaches it. */
const dockersOwn = /^(PATH|HOME|DOCKER_.*|BUILDKIT_.*|XDG_.*|(HTTPS?|NO)_PROXY|(https?|no)_proxy)$/;
const keptLines = 400;

export function createDocker({ host, variables }: DockerOptions): Docker {
  const own = Object.fromEntries(Object.entries(variables).filter(([name, value]) => value !== undefined && dockersOwn.test(name)));
  return {
    run: (words, { signal, onLine, configFolder } = {}) =>
      new Promise((resolve, reject) => {
        const env = { ...own, ...(host !== undefined && { DOCKER_HOST: host }), ...(configFolder !== undefined && { DOCKER_CONFIG: configFolder }) };
        const child = spawn('docker', [...words], { env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal !== undefined && { signal }) });
        const lines: string[] = [];
        let stdout = '';
        const take = (line: string): void => {
          lines.push(line);
          if (lines.length > keptLines) lines.shift();
          onLine?.(line);
        };
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(-1_000_000)));
        byLine(child.stdout, take);
        byLine(child.stderr.setEncoding('utf8'), take);
        child.once('error', (error: NodeJS.ErrnoException) => reject(notRun(error, signal)));
        child.once('close', (code) => (signal?.aborted ? reject(notRun(new Error('aborted'), signal)) : resolve({ code: code ?? 1, stdout, lines })));
      }),
  };
}

function byLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') take(line);
  });
  stream.on('end', () => rest.trim() !== '' && take(rest));
}

function notRun(error: NodeJS.ErrnoException, signal: AbortSignal | undefined): DestinoError {
  if (signal?.aborted) return new DestinoError('aborted', 'the docker command was ended', { cause: signal.reason });
  if (error.code === 'ENOENT') return new DestinoError('unsupported', 'images are built by docker, which is not on this machine', { hint: 'install Docker, or name an image that is built already' });
  return new DestinoError('unavailable', `docker cannot be started: ${error.message}`, { cause: error });
}
