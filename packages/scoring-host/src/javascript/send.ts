import { once } from 'node:events';
import type { Socket } from 'node:net';
import { frameHead, frameKinds } from '../workers/frames.ts';
import type { ScriptAnswer } from './entry.ts';

async function send(channel: Socket, kind: number, request: number, ...parts: Buffer[]): Promise<void> {
  channel.cork();
  channel.write(frameHead(kind, request, parts.reduce((sum, part) => sum + part.length, 0)));
  let flowing = true;
  for (const part of parts) flowing = channel.write(part);
  channel.uncork();
  if (!flowing) await once(channel, 'drain');
}

/** Resolves when it was handed to the system. */
export async function sendJson(channel: Socket, kind: number, value: unknown): Promise<void> {
  const payload = Buffer.from(JSON.stringify(value));
  await new Promise<void>((resolve) => channel.write(Buffer.concat([frameHead(kind, 0, payload.length), payload]), () => resolve()));
}

function word(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Sends one answer, a streamed one piece by piece. */
export async function sendAnswer(channel: Socket, request: number, { head, body, pieces, microseconds }: ScriptAnswer): Promise<void> {
  if (head === undefined) return send(channel, frameKinds.result, request, word(microseconds), body);
  const text = Buffer.from(JSON.stringify(head));
  if (pieces === undefined) return send(channel, frameKinds.answer, request, word(text.length), text, body);
  await send(channel, frameKinds.start, request, word(text.length), text);
  let failed = false;
  try {
    for await (const piece of pieces) {
      const bytes = piece instanceof Uint8Array ? Buffer.from(piece) : Buffer.from(typeof piece === 'string' ? piece : JSON.stringify(piece));
      if (bytes.length > 0) await send(channel, frameKinds.piece, request, bytes);
    }
  } catch (error) {
    failed = true;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? String(error)) : String(error)}\n`);
  }
  await send(channel, frameKinds.end, request, Buffer.from(failed ? '1' : '0'));
}
