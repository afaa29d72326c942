/**
 * The words between front and worker: `u32 length of the rest | u8 kind | u32 request | payload`, numbers big-endian.
 * To a worker go requests (`Q`) only. From it come `R` ready and `F` failed start (JSON), then for each request one `J`
 * (a result: u32 microseconds of `run`, JSON bytes), or one `A` (an answer of its own: u32 head length, head, body), or
 * `S` (head of a streamed answer), `C` (piece) and `E` (its end).
 */
export const frameKinds = { request: 0x51, ready: 0x52, failed: 0x46, result: 0x4a, answer: 0x41, start: 0x53, piece: 0x43, end: 0x45 } as const;

export type Frame = { kind: number; request: number; payload: Buffer };

const prefixBytes = 4;
const headBytes = 5;
/** Longer than any body that a front takes; a length above it is a broken stream, not a message. */
export const longestFrameBytes = 2 ** 30;

/** Reads frames out of a stream of bytes, however it is cut. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted = prefixBytes;

  /** The frames that are whole now. @throws when the bytes cannot be frames. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Frame[] = [];
    // Large frames come in many chunks: they are put together once, when the last is here.
    while (this.#size >= this.#wanted) {
      const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? chunk) : Buffer.concat(this.#chunks, this.#size);
      let offset = 0;
      this.#wanted = prefixBytes;
      while (all.length - offset >= prefixBytes) {
        const length = all.readUInt32BE(offset);
        if (length < headBytes || length > longestFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
        if (all.length - offset < prefixBytes + length) {
          this.#wanted = prefixBytes + length;
          break;
        }
        const start = offset + prefixBytes;
        frames.push({ kind: all.readUInt8(start), request: all.readUInt32BE(start + 1), payload: all.subarray(start + headBytes, start + length) });
        offset = start + length;
      }
      this.#size = all.length - offset;
      this.#chunks = this.#size === 0 ? [] : [offset === 0 ? all : all.subarray(offset)];
    }
    return frames;
  }
}

/** A frame's bytes before its payload. */
export function frameHead(kind: number, request: number, payloadBytes: number): Buffer {
  const head = Buffer.allocUnsafe(prefixBytes + headBytes);
  head.writeUInt32BE(headBytes + payloadBytes, 0);
  head.writeUInt8(kind, prefixBytes);
  head.writeUInt32BE(request, prefixBytes + 1);
  return head;
}

/** A request's frame: `u32 head length | head | body`. */
export function requestFrame(request: number, head: string, body: Buffer): Buffer[] {
  const headLength = Buffer.byteLength(head);
  const front = Buffer.allocUnsafe(prefixBytes + headBytes + 4 + headLength);
  front.writeUInt32BE(headBytes + 4 + headLength + body.length, 0);
  front.writeUInt8(frameKinds.request, prefixBytes);
  front.writeUInt32BE(request, prefixBytes + 1);
  front.writeUInt32BE(headLength, prefixBytes + headBytes);
  front.write(head, prefixBytes + headBytes + 4, 'utf8');
  return body.length === 0 ? [front] : [front, body];
}
