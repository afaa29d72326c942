import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';

export type ProgramInput = Uint8Array | string | Readable;
export type Outcome = { code: number; stdout: Buffer; stderr: string };

/** The words of a failed program are kept up to here. */
const mostErrorBytes = 64 * 1024;

/** Runs a program to its end. An aborted one is killed here; what it began elsewhere may go on. */
export async function runProgram(program: string, words: readonly string[], { signal, input }: CallOptions & { input?: ProgramInput }): Promise<Outcome> {
  const child = spawn(program, words, { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'], ...(signal !== undefined && { signal }), killSignal: 'SIGKILL' });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  let errorBytes = 0;
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => {
    errorBytes += bytes.length;
    if (errorBytes <= mostErrorBytes) stderr.push(bytes);
  });
  const fed = feed(child.stdin, input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(asError(program, error, signal)));
    child.once('close', (ended, killedBy) => resolve(ended ?? (killedBy === null ? 255 : 137)));
  });
  await fed;
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') };
}

/** A program that needs no more of its input, or has failed, closes it: how it ended is told by its code. */
async function feed(stdin: Writable, input: ProgramInput | undefined): Promise<void> {
  const source = input instanceof Readable ? input : Readable.from(input === undefined ? [] : [Buffer.from(input)]);
  await pipeline(source, stdin).catch((error: unknown) => {
    if (isErrno(error, 'EPIPE') || isErrno(error, 'ERR_STREAM_PREMATURE_CLOSE') || isErrno(error, 'ECONNRESET')) return;
    throw error;
  });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function asError(program: string, error: Error, signal: AbortSignal | undefined): DestinoError {
  if (signal?.aborted === true) return new DestinoError('aborted', 'the call was stopped', { cause: signal.reason });
  if (isErrno(error, 'ENOENT')) return new DestinoError('config-invalid', `there is no program '${program}' on this machine`, { hint: `install ${program}`, cause: error });
  return new DestinoError('unavailable', `'${program}' could not be started: ${error.message}`, { cause: error });
}
