/**
 * One worker for JavaScript and TypeScript entry scripts, started as `node worker-main ENTRY_SCRIPT` with a connected
 * socket as descriptor 3. It runs `init` once, then `run` for one request at a time; see `workers/frames.ts`.
 */
import { Socket } from 'node:net';
import { FrameReader, frameKinds, type Frame } from '../workers/frames.ts';
import { loadEntry, type Entry } from './entry.ts';
import { sendAnswer, sendJson } from './send.ts';

const channel = new Socket({ fd: 3 });
process.on('SIGTERM', () => undefined); // it leaves when its front does, not in the middle of a request
process.on('SIGINT', () => undefined);
channel.on('error', () => process.exit(0));
channel.on('close', () => process.exit(0));

async function start(path: string): Promise<Entry> {
  try {
    const entry = await loadEntry(path);
    await entry.init();
    return entry;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    process.stderr.write(`${text}\n`);
    await sendJson(channel, frameKinds.failed, { message: text.split('\n')[0] ?? '', traceback: text });
    process.exit(3);
  }
}

const entry = await start(process.argv[2] ?? '');
const reader = new FrameReader();
const waiting: Frame[] = [];
let busy = false;

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
    const headEnd = 4 + frame.payload.readUInt32BE(0);
    await sendAnswer(channel, frame.request, await entry.score(frame.payload.toString('utf8', 4, headEnd), frame.payload.subarray(headEnd)));
  }
  busy = false;
}

channel.on('data', (chunk: Buffer) => {
  waiting.push(...reader.push(chunk));
  void work();
});
await sendJson(channel, frameKinds.ready, { pid: process.pid, wants: { head: entry.wantsHead, json: false, raw: entry.raw }, schema: null });
