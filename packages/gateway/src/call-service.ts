import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Upstream } from '@destino/core';
import { isDestinoError } from '@destino/core/errors';
import type { Ended } from './forward.ts';
import { toCaller, type AnswerHeaders } from './headers.ts';
import type { Body } from './read-body.ts';

/** Scores at a service without HTTP, by a call of its driver. `why` says why there is no HTTP. */
export async function callService(upstream: Upstream, why: string, request: IncomingMessage, response: ServerResponse, added: AnswerHeaders, body: Body): Promise<Ended> {
  const { invoke } = upstream;
  if (invoke === undefined) return { failed: new Error(why), unsent: false, begun: false };
  try {
    const bytes = await wholeOf(body);
    const answer = await invoke({ body: bytes, contentType: request.headers['content-type'] ?? 'application/json' });
    response.writeHead(answer.status, toCaller({ ...answer.headers, 'content-type': answer.contentType, 'content-length': String(answer.body.length) }, added));
    response.end(answer.body);
    return { status: answer.status };
  } catch (error) {
    const reason = isDestinoError(error) ? new Error(error.message, { cause: error }) : (error as Error);
    return { failed: reason, unsent: false, begun: response.headersSent };
  }
}

async function wholeOf(body: Body): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  if (Buffer.isBuffer(body)) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
