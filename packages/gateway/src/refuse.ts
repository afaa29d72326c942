import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a request without a deployment. A large body that nobody wants is not waited for. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const text = JSON.stringify({ message });
  const unread = !request.complete && (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > smallBytes);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...(unread && { connection: 'close' }), ...headers });
  response.end(text);
}

const smallBytes = 64 * 1024;
