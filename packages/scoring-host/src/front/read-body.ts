import type { IncomingMessage } from 'node:http';

/** The whole body; `too-large` as soon as that is known; `gone` when its sender left in the middle. */
export function readBody(incoming: IncomingMessage, maxBytes: number, done: (body: Buffer | 'too-large' | 'gone') => void): void {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > maxBytes) return done('too-large');
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const finish = (outcome: Buffer | 'too-large' | 'gone'): void => {
    if (over) return;
    over = true;
    done(outcome);
  };
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) finish('too-large');
    if (!over) chunks.push(chunk);
  });
  incoming.once('end', () => finish(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks, size)));
  incoming.once('error', () => finish('gone'));
  incoming.once('close', () => finish('gone'));
}
