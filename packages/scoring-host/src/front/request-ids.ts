import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const longestId = 100;
const names = ['x-request-id', 'x-ms-request-id', 'x-ms-client-request-id'] as const;

export type RequestIds = { id: string; client: string; trace: string | undefined };

/** The ids of a request, or the name of the header that is too long. `x-ms-request-id` is an older word for the client's. */
export function requestIds(headers: IncomingHttpHeaders): RequestIds | { tooLong: string } {
  const [id, older, client] = names.map((name) => text(headers[name]));
  const tooLong = names.find((_, index) => ([id, older, client][index]?.length ?? 0) > longestId);
  if (tooLong !== undefined) return { tooLong };
  const own = id ?? randomUUID();
  return { id: own, client: client ?? older ?? own, trace: text(headers['traceid']) };
}

function text(value: string | string[] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return first === '' ? undefined : first;
}
