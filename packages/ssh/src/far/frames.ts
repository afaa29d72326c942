import { DestinoError } from '@destino/core/errors';

/** A line, or the bytes that a line had announced by its last word. */
export type Frame = { line: string; bytes?: Buffer };

const newline = 10;

/** Takes an answer apart: lines, and after each line for which `sized` is true so many bytes as its last word says. */
export async function* frames(answer: AsyncIterable<Buffer>, sized: (line: string) => boolean): AsyncGenerator<Frame> {
  let rest = Buffer.alloc(0);
  let waiting: { line: string; sizeBytes: number; chunks: Buffer[]; have: number } | undefined;
  for await (const chunk of answer) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = Buffer.alloc(0);
    for (;;) {
      if (waiting !== undefined) {
        const part = data.subarray(0, waiting.sizeBytes - waiting.have);
        waiting.chunks.push(part);
        waiting.have += part.length;
        data = data.subarray(part.length);
        if (waiting.have < waiting.sizeBytes) break;
        yield { line: waiting.line, bytes: Buffer.concat(waiting.chunks) };
        waiting = undefined;
      }
      const end = data.indexOf(newline);
      if (end < 0) {
        rest = Buffer.from(data);
        break;
      }
      const line = data.subarray(0, end).toString('utf8');
      data = data.subarray(end + 1);
      if (sized(line)) waiting = { line, sizeBytes: Number(line.slice(line.lastIndexOf(' ') + 1)), chunks: [], have: 0 };
      else yield { line };
    }
  }
  if (waiting !== undefined || rest.length > 0) throw new DestinoError('unavailable', 'an answer was cut short');
}
