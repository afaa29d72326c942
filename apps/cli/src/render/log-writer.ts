import type { LogChunk } from '@destino/runtime';
import type { Console } from './console.ts';

const lineFeed = 0x0a;

/** Writes a log as it comes, bytes as they are; where several sources speak, each line begins with its source. */
export class LogWriter {
  readonly #console: Console;
  readonly #mixed: boolean;
  #first: string | undefined;
  #several = false;
  #open = false;
  #attempt = 0;

  /** With `mixed` both streams go to standard output, as for `destino logs`. */
  constructor(console: Console, options: { mixed?: boolean } = {}) {
    this.#console = console;
    this.#mixed = options.mixed === true;
  }

  write(chunk: LogChunk): void {
    if (chunk.attempt > 1 && chunk.attempt !== this.#attempt) {
      this.end();
      this.#console.note(`--- attempt ${chunk.attempt}`);
    }
    this.#attempt = chunk.attempt;
    if ('gap' in chunk) {
      this.end();
      this.#console.alert(`! ${chunk.gap.bytes === undefined ? 'part' : `${chunk.gap.bytes} bytes`} of the log of ${chunk.source} is missing: ${chunk.gap.reason}`);
      return;
    }
    this.#first ??= chunk.source;
    this.#several ||= chunk.source !== this.#first;
    const to = chunk.stream === 'stderr' && !this.#mixed ? 'stderr' : 'stdout';
    this.#console.bytes(this.#several ? prefixed(chunk.source, chunk.bytes) : chunk.bytes, to);
    this.#open = chunk.bytes.at(-1) !== lineFeed && chunk.bytes.byteLength > 0;
  }

  /** Brings what people see to the start of a line. The bytes of a log that is read by a program stay as they are. */
  end(): void {
    if (this.#open && process.stdout.isTTY) process.stdout.write('\n');
    this.#open = false;
  }
}

function prefixed(source: string, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(text.replaceAll(/^(?=[^])/gm, `${source} | `), 'latin1');
}
