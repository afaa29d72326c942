import { rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { errorToData } from '@destino/core/errors';
import { ensurePrivateFolder } from '../workspace/places.ts';
import { agentRequestSchema, longestLine, type AgentAnswer, type AgentRequest } from './protocol.ts';

export type Answerer = (request: AgentRequest) => Promise<AgentAnswer>;

/** Listens on the agent's socket, which only this account can reach. To be called by the holder of the lock alone. */
export async function listen(socketPath: string, answer: Answerer): Promise<Server> {
  const { createServer } = process.getBuiltinModule('node:net');
  if (process.platform !== 'win32') {
    ensurePrivateFolder(dirname(socketPath));
    rmSync(socketPath, { force: true });
  }
  const server = createServer((socket) => serve(socket, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return server;
}

function serve(socket: Socket, answer: Answerer): void {
  let text = '';
  socket.setEncoding('utf8');
  // A client that went away before its answer has lost nothing: it asks again.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) void reply(socket, text.slice(0, end), answer);
    else if (text.length > longestLine) socket.destroy();
  });
}

async function reply(socket: Socket, line: string, answer: Answerer): Promise<void> {
  let result: unknown;
  try {
    result = await answer(agentRequestSchema.parse(JSON.parse(line)));
  } catch (error) {
    result = { ok: false, pid: process.pid, workspace: '', supervised: 0, message: errorToData(error).message };
  }
  socket.end(`${JSON.stringify(result)}\n`);
}
