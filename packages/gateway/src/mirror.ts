import type { Link } from './link.ts';
import type { Meter } from './measures.ts';

const mostAtOnce = 64;
let underWay = 0;

/** Sends a copy of a request, whose answer goes nowhere. What goes wrong with it is counted and concerns nobody. */
export async function sendCopy(link: Link, meter: Meter, copy: { method: 'POST' | 'GET' | 'PUT'; path: string; headers: string[]; body: Buffer | null }): Promise<void> {
  if (underWay >= mostAtOnce) return;
  underWay += 1;
  try {
    const open = await link.open();
    if ('none' in open) return;
    const { statusCode, body } = await open.pool.request({ ...copy, headersTimeout: link.upstream.requestTimeoutMs });
    await body.dump();
    meter.mirrored(statusCode >= 500);
  } catch {
    // The caller has an answer of the live deployment; this one is only measured.
    meter.mirrored(true);
  } finally {
    underWay -= 1;
  }
}
