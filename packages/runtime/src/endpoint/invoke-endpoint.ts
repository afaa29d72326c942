import type { Endpoint } from '@destino/core';
import { DestinoError } from '@destino/core/errors';

export type InvokeInput = {
  body: Uint8Array | string;
  /** Default `application/json`. */
  contentType?: string | undefined;
  /** Whatever the traffic. */
  deployment?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
};
export type Invoked = { status: number; contentType: string; headers: Record<string, string>; body: Uint8Array; deployment?: string };

/** Sends a request to the address of an endpoint, as any client would. Any status is an answer. */
export async function invokeEndpoint({ name, scoringUri, reason }: Endpoint, key: string, input: InvokeInput): Promise<Invoked> {
  if (scoringUri === null) throw new DestinoError('unavailable', `endpoint '${name}' has no address: ${reason?.text ?? 'nobody serves it'}`, { scope: name, hint: reason?.fix ?? `destino endpoint show ${name}` });
  const { request } = process.getBuiltinModule('node:http');
  const headers = { ...input.headers, authorization: `Bearer ${key}`, 'content-type': input.contentType ?? 'application/json', ...(input.deployment !== undefined && { 'azureml-model-deployment': input.deployment }) };
  return await new Promise<Invoked>((resolve, reject) => {
    const refused = (cause: Error): void => reject(new DestinoError('unavailable', `endpoint '${name}' does not answer at ${scoringUri}: ${cause.message}`, { scope: name, hint: `destino endpoint show ${name}`, cause }));
    const call = request(scoringUri, { method: 'POST', headers, agent: false, ...(input.signal !== undefined && { signal: input.signal }) }, (response) => {
      const chunks: Uint8Array[] = [];
      response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      response.on('error', refused);
      response.on('end', () => {
        const all = Object.fromEntries(Object.entries(response.headers).map(([header, value]) => [header, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
        const deployment = all['azureml-model-deployment'];
        resolve({ status: response.statusCode ?? 0, contentType: all['content-type'] ?? '', headers: all, body: Buffer.concat(chunks), ...(deployment !== undefined && { deployment }) });
      });
    });
    call.on('error', refused);
    call.end(input.body);
  });
}
