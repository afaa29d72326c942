import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DestinoError } from '@destino/core/errors';
import { quoteShell } from '@destino/helper';
import type { SshLink } from './connection/link.ts';
import { exchangeAll } from './far/exchange.ts';

export type Terminal = { rows: number; columns: number; term: string; onResize(told: (rows: number, columns: number) => void): void };
export type SessionStreams = { input: Readable; output: Writable; errors: Writable };

/** A command, or without one the account's shell, joined to these streams. Answers its exit code; 128 and more for a signal. */
export async function runSession(link: SshLink, { input, output, errors }: SessionStreams, what: { words?: readonly string[]; terminal?: Terminal }): Promise<number> {
  const { words, terminal } = what;
  const tty = terminal === undefined ? undefined : { rows: terminal.rows, cols: terminal.columns, term: terminal.term };
  const open = words === undefined && tty !== undefined ? await link.shell(tty) : await link.open((words ?? []).map(quoteShell).join(' '), tty === undefined ? {} : { tty });
  const { channel, closed, end } = open;
  terminal?.onResize((rows, columns) => channel.setWindow(rows, columns, 0, 0));
  channel.pipe(output, { end: false });
  channel.stderr.pipe(errors, { end: false });
  input.pipe(channel);
  await closed;
  input.unpipe(channel);
  if (end.code !== undefined) return end.code;
  if (end.signal !== undefined) return 128;
  throw link.lost();
}

export type Forwarding = AsyncDisposable & { readonly port: number };

/** Listens on loopback here; every connection goes on to `host:port` as the machine sees them. */
export async function forwardPort(link: SshLink, { localPort, host, port, onError }: { localPort: number; host: string; port: number; onError: (error: unknown) => void }): Promise<Forwarding> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    link.forward(host, port).then(
      (way) => {
        way.on('error', () => socket.destroy());
        socket.once('close', () => way.end());
        socket.pipe(way).pipe(socket);
      },
      (error: unknown) => {
        socket.destroy();
        onError(error);
      },
    );
  });
  server.listen(localPort, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** The path as a shell word of the machine; `~/` stands for the home there. */
function placeThere(path: string): string {
  return path.startsWith('~/') ? `"$HOME"/${quoteShell(path.slice(2))}` : quoteShell(path);
}

/** One file to the machine, whole or not at all. */
export async function sendFile(link: SshLink, from: string, to: string): Promise<void> {
  const { size } = await stat(from);
  const place = placeThere(to);
  const lines = `t=${place}; if [ -d "$t" ]; then echo "it is a folder" >&2; exit 1; fi; cat >"$t.part" && [ $(($(wc -c <"$t.part"))) -eq ${size} ] && mv -f "$t.part" "$t" || { rm -f "$t.part"; exit 1; }`;
  const end = await exchangeAll(link, `exec /bin/sh -c ${quoteShell(lines)}`, { input: createReadStream(from) });
  if (end.code !== 0) throw cannotCopy(link, to, end.stderr);
}

/** One file from the machine, whole or not at all. */
export async function fetchFile(link: SshLink, from: string, to: string): Promise<void> {
  const { channel, closed, end } = await link.open(`exec /bin/sh -c ${quoteShell(`cat <${placeThere(from)}`)}`);
  let said = '';
  channel.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const draft = `${to}.part`;
  try {
    await pipeline(channel, createWriteStream(draft));
    await closed;
    if (end.code !== 0) throw end.code === undefined ? link.lost() : cannotCopy(link, from, said);
    await rename(draft, to);
  } finally {
    await rm(draft, { force: true });
  }
}

function cannotCopy(link: SshLink, path: string, said: string): DestinoError {
  return new DestinoError('not-found', `${link.settings.host}:${path} cannot be copied: ${said.trim().split('\n').at(-1) ?? ''}`, { scope: link.settings.host, hint: 'check the path; folders are not copied, only files' });
}
