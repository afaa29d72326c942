import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DestinoError, errorToData } from '@destino/core/errors';
import type { FakeRemote } from './create-fake-remote.ts';
import { controlOf } from './remote/control.ts';
import { decodeWire, encodeWire } from './remote/wire.ts';

export type RemoteServer = {
  /** A socket's path, or a port of the loopback interface. */
  address: string | number;
  close(): Promise<void>;
};

type Calls = Readonly<Record<string, unknown>>;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function answer(calls: Calls, name: string, argument: unknown): string {
  try {
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (typeof call !== 'function') throw new DestinoError('not-found', `the remote has no call '${name}'`);
    const value: unknown = Reflect.apply(call, calls, [argument]);
    return encodeWire({ value });
  } catch (error) {
    return encodeWire({ error: errorToData(error) });
  }
}

async function serve(calls: Calls, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readBody(request);
  const name = (request.url ?? '/').slice(1);
  response.setHeader('content-type', 'application/json');
  response.end(answer(calls, name, text === '' ? undefined : decodeWire(text)));
}

/** Serves a world to other processes, at a socket's path or a loopback port (0: any). */
export async function serveFakeRemote(remote: FakeRemote, listen: string | number): Promise<RemoteServer> {
  const calls: Calls = { ...remote, ...controlOf(remote) };
  const server = createServer((request, response) => {
    serve(calls, request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  if (typeof listen === 'string') server.listen(listen);
  else server.listen(listen, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  return {
    address: typeof bound === 'object' && bound !== null ? bound.port : listen,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
