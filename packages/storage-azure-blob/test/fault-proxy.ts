import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: passed on, answered by the proxy, or cut off after so many bytes of the answer. */
export type Fault = undefined | { status: number; headers?: Record<string, string> } | { cutAfterBytes: number } | 'reset';

/** Stands before a real service and lets requests fail as networks and busy services make them fail. */
export class FaultProxy {
  readonly requests: string[] = [];
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #server: Server;

  private constructor(target: URL, fault: (request: IncomingMessage, count: number) => Fault) {
    this.#server = createServer((incoming, outgoing) => {
      this.requests.push(`${incoming.method} ${incoming.url}`);
      this.#atOnce += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
      outgoing.once('close', () => (this.#atOnce -= 1));
      pass(incoming, outgoing, target, fault(incoming, this.requests.length));
    });
  }

  static async before(origin: string, fault: (request: IncomingMessage, count: number) => Fault): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(origin), fault);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  count(pattern: RegExp): number {
    return this.requests.filter((line) => pattern.test(line)).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: URL, fault: Fault): void {
  if (fault === 'reset') return void incoming.socket.destroy();
  if (fault !== undefined && 'status' in fault) {
    incoming.resume();
    outgoing.writeHead(fault.status, fault.headers).end();
    return;
  }
  const onward = request({ host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    if (fault === undefined) return void answer.pipe(outgoing);
    let roomBytes = fault.cutAfterBytes;
    answer.on('data', (chunk: Buffer) => {
      if (roomBytes > 0) outgoing.write(chunk.subarray(0, roomBytes), () => roomBytes <= 0 && outgoing.destroy());
      roomBytes -= chunk.length;
    });
    answer.on('end', () => outgoing.end());
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
