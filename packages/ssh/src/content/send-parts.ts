import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CallOptions, Content, ManifestEntry } from '@destino/core/driver';
import type { FarSide } from '../far/far-side.ts';
import { tarEnd, tarHeader, tarPadding } from '../far/tar.ts';
import { Slots } from '../connection/slots.ts';
import { inTree, parentLine } from './tree-plan.ts';

const compress = promisify(gzip);
const pieceBytes = 8 * 1_048_576;
const partsAtOnce = 3;

export type Sending = {
  far: FarSide;
  content: Content;
  /** Parts that are there already. */
  there: ReadonlySet<string>;
  options: CallOptions;
  onBytes(sentBytes: number, keptBytes: number): void;
  /** Whether the machine can decompress. */
  gzip: boolean;
};

/** What travels in parts, each named by its content, and the shell lines that put them together. */
export class PartSender {
  readonly lines: string[] = [];
  readonly sums: string[] = [];
  readonly #sending: Sending;
  readonly #slots = new Slots(partsAtOnce);
  readonly #underWay: Promise<void>[] = [];
  #failure: unknown;

  constructor(sending: Sending) {
    this.#sending = sending;
  }

  /** Small files together, as archives. */
  async sendSmall(entries: readonly ManifestEntry[]): Promise<void> {
    let chunks: Buffer[] = [];
    let size = 0;
    const flush = async (): Promise<void> => {
      if (size === 0) return;
      const text = await this.#send(Buffer.concat([...chunks, tarEnd]));
      this.lines.push(`${text} | tar -xpf -`);
      chunks = [];
      size = 0;
    };
    for (const entry of entries) {
      const bytes = await tarBytes(entry, this.#sending);
      chunks.push(bytes);
      size += bytes.length;
      if (size >= pieceBytes) await flush();
    }
    await flush();
  }

  /** One file, in pieces. */
  async sendLarge(entry: ManifestEntry): Promise<void> {
    const words: string[] = [];
    for await (const piece of pieces(this.#sending.content.read(entry.hash, this.#sending.options))) words.push(await this.#send(piece));
    this.lines.push(`${parentLine(entry.path)}{ ${words.join('; ')}; } >${inTree(entry.path)}; chmod ${entry.mode.toString(8)} ${inTree(entry.path)}`);
  }

  /** Resolves when everything is there. @throws the first failure. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Answers, at once, the shell words that print the bytes. */
  async #send(bytes: Buffer): Promise<string> {
    if (this.#failure !== undefined) throw this.#failure;
    const { far, there, options, onBytes } = this.#sending;
    const packed = this.#sending.gzip ? await compress(bytes, { level: 1 }) : bytes;
    const smaller = packed.length < bytes.length * 0.95;
    const sent = smaller ? packed : bytes;
    const id = createHash('sha256').update(sent).digest('hex');
    this.sums.push(`${id}  ${id}`);
    if (there.has(id)) onBytes(0, bytes.length);
    else {
      const free = await this.#slots.take(options.signal);
      this.#underWay.push(
        far.call('part', [id, sent.length], { ...options, input: sent }).then(
          () => onBytes(bytes.length, 0),
          (error: unknown) => void (this.#failure ??= error),
        ).finally(free),
      );
    }
    return smaller ? `gzip -dc "$parts/${id}"` : `cat "$parts/${id}"`;
  }
}

/** The bytes of one entry in an archive. */
export async function tarBytes(entry: ManifestEntry, { content, options }: Pick<Sending, 'content' | 'options'>, folder = ''): Promise<Buffer> {
  const { path, mode, sizeBytes, link } = entry;
  const header = tarHeader({ path: folder + path, mode, sizeBytes, ...(link !== undefined && { link }) });
  if (link !== undefined) return header;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.read(entry.hash, options)) chunks.push(chunk);
  return Buffer.concat([header, ...chunks, tarPadding(sizeBytes)]);
}

async function* pieces(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + pieceBytes - size);
      chunks.push(part);
      size += part.length;
      from += part.length;
      if (size < pieceBytes) continue;
      yield Buffer.concat(chunks);
      chunks = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(chunks);
}
