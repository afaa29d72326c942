import type { AddressInfo } from 'node:net';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DestinoError } from '@destino/core/errors';

export type Answer = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void;

const firstPort = 18_080;
const triedPorts = 500;
const host = '127.0.0.1';

/** Below the ports that the kernel gives to outgoing connections, so that one is still free after a restart. */
export async function listenSomewhere(answer: Answer, port: number | undefined, avoid: readonly number[]): Promise<Server> {
  if (port !== undefined) return await listenAt(answer, port);
  for (let next = firstPort; next < firstPort + triedPorts; next += 1) {
    if (avoid.includes(next)) continue;
    const server = await listenAt(answer, next).catch((error: unknown) => {
      if (error instanceof DestinoError && error.code === 'conflict') return undefined;
      throw error;
    });
    if (server !== undefined) return server;
  }
  throw new DestinoError('no-capacity', `no port from ${firstPort} to ${firstPort + triedPorts - 1} is free`, { hint: 'choose one: destino endpoint create NAME --port PORT' });
}

async function listenAt(answer: Answer, port: number): Promise<Server> {
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 20_000, requestTimeout: 300_000, keepAliveTimeout: 75_000, connectionsCheckingInterval: 2_000 });
  server.maxConnections = 4_000;
  server.on('request', (request, response) => answer(request, response, false));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => answer(request, response, true));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(`HTTP/1.1 ${error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, port)));
    server.listen(port, host, 1024, resolve);
  });
  return server;
}

function bindError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') return new DestinoError('conflict', `port ${port} of this machine belongs to another program`, { hint: `see which: ss -ltnp 'sport = :${port}'`, cause: error });
  if (error.code === 'EACCES') return new DestinoError('forbidden', `port ${port} may not be used by this account`, { hint: 'choose one above 1023', cause: error });
  return error;
}

export function originOf(server: Server): { port: number; origin: string } {
  const { port } = server.address() as AddressInfo;
  return { port, origin: `http://${host}:${port}` };
}
