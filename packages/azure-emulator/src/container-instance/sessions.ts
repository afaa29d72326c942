import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Asked } from '../http/exchange.ts';

/** What a session does with its open socket, once the password was right. */
export type SessionAct = (socket: WebSocket, input: (take: (bytes: Buffer) => void) => void) => void;

export interface Sessions {
  /** `webSocketUri` and `password`, good for one connection. */
  open(asked: Asked, path: string, act: SessionAct): { webSocketUri: string; password: string };
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

type Waiting = { password: string; act: SessionAct };

/** Exec and attach as the service has them: the first message is the password, all after it is input. */
export function createSessions(): Sessions {
  const server = new WebSocketServer({ noServer: true });
  const waiting = new Map<string, Waiting>();
  return {
    open: (asked, path, act) => {
      const id = randomUUID();
      const password = randomBytes(24).toString('base64url');
      waiting.set(id, { password, act });
      return { webSocketUri: `${asked.origin.replace(/^http/, 'ws')}/${path}/${id}?api-version=1.0`, password };
    },
    upgrade: (request, socket, head) => {
      const [, path, id = ''] = new URL(request.url ?? '/', 'http://localhost').pathname.split('/');
      if (path !== 'exec' && path !== 'attach') return false;
      const session = waiting.get(id);
      waiting.delete(id);
      if (session === undefined) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return true;
      }
      server.handleUpgrade(request, socket, head, (open) => serve(open, session));
      return true;
    },
    close: () => {
      for (const each of server.clients) each.terminate();
      server.close();
    },
  };
}

function serve(socket: WebSocket, { password, act }: Waiting): void {
  let take: ((bytes: Buffer) => void) | undefined;
  let signedIn = false;
  const early: Buffer[] = [];
  socket.on('message', (data: RawData) => {
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (signedIn) return void (take === undefined ? early.push(bytes) : take(bytes));
    if (bytes.toString('utf8') !== password) return socket.close(1008, 'wrong password');
    signedIn = true;
    act(socket, (taker) => {
      take = taker;
      for (const each of early.splice(0)) taker(each);
    });
  });
}
