import { once } from 'node:events';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { ClientChannel } from 'ssh2';
import type { SshLink } from '../connection/link.ts';

export type Input = string | Uint8Array | AsyncIterable<Uint8Array>;
export type ExchangeOptions = CallOptions & { input?: Input };
export type Ended = { code: number | undefined; signal: string | undefined; stderr: string };

const keptStderrBytes = 8192;

/** A command's standard output as it comes, its end as the return value. Leaving the loop ends the channel. */
export async function* exchange(link: SshLink, command: string, { input, signal }: ExchangeOptions): AsyncGenerator<Buffer, Ended> {
  const { channel, close, closed, end: exit } = await link.open(command, signal === undefined ? {} : { signal });
  const end: Ended = { code: undefined, signal: undefined, stderr: '' };
  channel.stderr.on('data', (chunk: Buffer) => (end.stderr = (end.stderr + chunk.toString('utf8')).slice(-keptStderrBytes)));
  const stop = (): void => close();
  signal?.addEventListener('abort', stop);
  const feeding = feed(channel, input);
  feeding.catch(stop);
  try {
    for await (const chunk of channel as AsyncIterable<Buffer>) {
      heed(signal);
      yield chunk;
    }
    await Promise.race([closed, feeding.then(async () => await closed)]);
    heed(signal);
    if (exit.code === undefined && exit.signal === undefined) throw link.lost();
    return { ...end, code: exit.code, signal: exit.signal };
  } catch (error) {
    heed(signal);
    throw isBroken(error) ? link.lost() : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    close();
  }
}

function isBroken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}

export function heed(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: signal.reason });
}

/** The other side may end without having read everything; that is its business. */
async function feed(channel: ClientChannel, input: Input | undefined): Promise<void> {
  let open = true;
  channel.once('close', () => (open = false));
  channel.on('error', () => (open = false));
  const chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = input === undefined ? [] : typeof input === 'string' ? [Buffer.from(input)] : input instanceof Uint8Array ? [input] : input;
  for await (const chunk of chunks) {
    if (!open) return;
    if (!channel.write(chunk)) await Promise.race([once(channel, 'drain'), once(channel, 'close')]);
  }
  if (open) channel.end();
}

/** The whole answer of a short command. */
export async function exchangeAll(link: SshLink, command: string, options: ExchangeOptions): Promise<Ended & { stdout: Buffer }> {
  const chunks: Buffer[] = [];
  const answers = exchange(link, command, options);
  for (;;) {
    const next = await answers.next();
    if (next.done === true) return { ...next.value, stdout: Buffer.concat(chunks) };
    chunks.push(next.value);
  }
}
