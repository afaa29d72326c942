import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorToData } from '@destino/core/errors';
import { callService } from './call-service.ts';
import { chooseDeployment, chooseMirror } from './choose-deployment.ts';
import { forward, type Ended } from './forward.ts';
import { deploymentHeader, toDeployment } from './headers.ts';
import type { Link, OpenLink } from './link.ts';
import type { Meter } from './measures.ts';
import { sendCopy } from './mirror.ts';
import { announcedBytes, readStreaming, readWhole, TooLarge, type Body } from './read-body.ts';
import { refuse } from './refuse.ts';
import type { ServedRoute } from './served-route.ts';

export type RequestParts = { route: ServedRoute; links: ReadonlyMap<string, Link>; meter: (deployment: string) => Meter; nowMs: () => number; random: () => number };
type Chosen = { name: string; link: Link; meter: Meter };

const wholeBytes = 64 * 1024;
const mirroredBytes = 1024 * 1024;
const timeOutSlackMs = 2_000;

/** Answers one request at an endpoint. Never rejects. */
export async function handleRequest(request: IncomingMessage, response: ServerResponse, parts: RequestParts, expectsContinue: boolean): Promise<void> {
  const { route } = parts;
  const requestId = randomUUID();
  const own = { 'x-request-id': requestId };
  if (request.url === '/' && (request.method === 'GET' || request.method === 'HEAD')) return answerHealth(response, route, own);
  if (!route.allows(request.headers.authorization)) return refuse(request, response, 401, 'a key of this endpoint is needed: Authorization: Bearer KEY', { ...own, 'www-authenticate': 'Bearer' });
  const chosen = choose(request, parts);
  if ('status' in chosen) return refuse(request, response, chosen.status, chosen.message, own);
  const length = announcedBytes(request);
  if (length !== undefined && (!Number.isSafeInteger(length) || length > route.maxBodyBytes)) return refuse(request, response, 413, `the body is longer than ${route.maxBodyBytes} bytes`, own);
  if (expectsContinue) response.writeContinue();
  const { meter } = chosen;
  const began = parts.nowMs();
  meter.inFlight += 1;
  try {
    const status = await answer(request, response, parts, chosen, requestId, length);
    meter.answered(parts.nowMs() - began, status >= 500 || status === 408);
  } catch {
    // Only the caller's own end gets here: nobody is left to be told.
    response.destroy();
  } finally {
    meter.inFlight -= 1;
  }
}

function answerHealth(response: ServerResponse, { isHealthy }: ServedRoute, own: Record<string, string>): void {
  const text = isHealthy ? 'Healthy' : 'Unhealthy: no deployment with traffic can be reached';
  response.writeHead(isHealthy ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text), ...own }).end(text);
}

function choose(request: IncomingMessage, { route, links, meter, random }: RequestParts): Chosen | { status: number; message: string } {
  const asked = request.headers[deploymentHeader];
  const name = asked === undefined ? chooseDeployment(route.traffic, random()) : String(asked);
  if (name === undefined) return { status: 404, message: 'no deployment of this endpoint has traffic' };
  const link = links.get(name);
  if (link !== undefined) return { name, link, meter: meter(name) };
  return route.deployments.has(name) ? { status: 503, message: `deployment '${name}' is not ready` } : { status: 404, message: `this endpoint has no such deployment` };
}

/** Answers the status that the caller got. */
async function answer(request: IncomingMessage, response: ServerResponse, parts: RequestParts, { name, link }: Chosen, requestId: string, length: number | undefined): Promise<number> {
  const { route } = parts;
  const added = { 'x-request-id': requestId, [deploymentHeader]: name };
  const mirror = chooseMirror(route.mirror, parts.random());
  const whole = length !== undefined && length <= (mirror === undefined ? wholeBytes : mirroredBytes);
  const body: Body = whole ? await readWhole(request, length) : readStreaming(request, route.maxBodyBytes);
  const method = request.method ?? 'GET';
  const headers = toDeployment(request.headers, requestId);
  if (!whole && length !== undefined) headers.push('content-length', String(length));
  const refused = (status: number, message: string): number => {
    refuse(request, response, status, message, added);
    return status;
  };
  const other = mirror === undefined ? undefined : parts.links.get(mirror);
  if (mirror !== undefined && other !== undefined && (body === null || Buffer.isBuffer(body))) {
    void sendCopy(other, parts.meter(mirror), { method: method as 'POST', path: pathAt(request, other), headers, body });
  }
  let open: OpenLink;
  try {
    open = await link.open();
  } catch (error) {
    return refused(503, `deployment '${name}' cannot be reached: ${errorToData(error).message}`);
  }
  const timeoutMs = link.upstream.requestTimeoutMs + timeOutSlackMs;
  const send = async (way: OpenLink): Promise<Ended> => {
    if ('none' in way) return await callService(link.upstream, way.none, request, response, added, body);
    return await forward(way.pool, { method, path: pathAt(request, link), headers, body, timeoutMs }, response, added);
  };
  let ended = await send(open);
  if ('failed' in ended && ended.unsent && whole && !response.destroyed) {
    // It moved, as a service does that starts anew: nothing was sent yet, so the request goes to where it is now.
    const next = await link.again(open).catch(() => undefined);
    if (next !== undefined) ended = await send(next);
  }
  return 'status' in ended ? ended.status : failed(ended, refused, name, timeoutMs);
}

function failed({ failed: error, begun }: Extract<Ended, { failed: Error }>, refused: (status: number, message: string) => number, name: string, timeoutMs: number): number {
  const cause = error.cause ?? error;
  if (begun) return 502;
  if (cause instanceof TooLarge) return refused(413, cause.message);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return refused(408, `deployment '${name}' did not answer within ${timeoutMs} ms`);
  return refused(502, `deployment '${name}' gave no answer`);
}

/** `/score` means where the deployment scores; every other path is its own. */
function pathAt({ url = '/' }: IncomingMessage, { upstream }: Link): string {
  if (url !== '/score' && !url.startsWith('/score?')) return url.startsWith('/') ? url : `/${url}`;
  return `${upstream.scoringRoute}${url.slice('/score'.length)}`;
}
