import { DestinoError } from '@destino/core/errors';
import type { CallOptions, DriverContext } from '@destino/core/driver';

/** Brings an input from its address into the workspace's content, to go from there to the machine. */
export async function fetchInput(uri: string, { fetch, content }: DriverContext, { signal }: CallOptions): Promise<{ name: string; hash: string; sizeBytes: number }> {
  const last = decodeURIComponent(new URL(uri).pathname.split('/').at(-1) ?? '').replaceAll(/[/\0\n]/g, '_');
  const answer = await fetch(uri, signal === undefined ? {} : { signal });
  if (!answer.ok || answer.body === null) {
    const code = answer.status === 404 ? 'not-found' : answer.status < 500 ? 'rejected' : 'unavailable';
    throw new DestinoError(code, `${uri} answered ${answer.status}`, { hint: 'check the address of the input' });
  }
  const stored = await content.write(answer.body, signal === undefined ? {} : { signal });
  return { name: last === '' || last === '.' || last === '..' ? 'data' : last, ...stored };
}
