import { createHmac, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ArmFault } from '../arm/fault.ts';
import type { Answer, Asked, Route } from '../http/exchange.ts';
import type { World } from '../world.ts';
import { artifactsOf } from './artifacts.ts';
import { runOf } from './job-state.ts';

const lifetimeMs = 3_600_000;
const largestPieceBytes = 8 * 1024 * 1024;

export type Content = { routes: Route[]; addressOf(job: string, path: string): string };

/** Addresses that carry their own permission, as a SAS does, and answer ranges, as blobs do. */
export function contentRoutes(world: World, origin: () => string): Content {
  const sign = (text: string): string => createHmac('sha256', world.identity.header).update(text).digest('hex');
  const isOurs = (asked: Asked, job: string, path: string): boolean => {
    const until = asked.query.get('se') ?? '';
    const given = Buffer.from(asked.query.get('sig') ?? '');
    const wanted = Buffer.from(sign(`${job} ${path} ${until}`));
    return given.length === wanted.length && timingSafeEqual(given, wanted) && Number(until) > world.clock.nowMs();
  };
  return {
    addressOf: (job, path) => {
      const until = String(Math.ceil(world.clock.nowMs() + lifetimeMs));
      return `${origin()}/artifact-content/${encodeURIComponent(job)}/${path.split('/').map(encodeURIComponent).join('/')}?se=${until}&sig=${sign(`${job} ${path} ${until}`)}`;
    },
    routes: [
      {
        method: 'GET', path: '/artifact-content/{job}/{path*}', operation: 'Artifacts_Read',
        handle: async (asked) => {
          const { job = '', path = '' } = asked.params;
          if (!isOurs(asked, job, path)) throw new ArmFault(403, 'AuthenticationFailed', 'Server failed to authenticate the request: the signature is wrong or has expired.');
          const run = runOf(world.store, job);
          const found = run === undefined ? undefined : (await artifactsOf(run)).find((each) => each.path === path);
          if (found === undefined) throw new ArmFault(404, 'BlobNotFound', 'The specified blob does not exist.');
          return await piece(found.file, asked.headers['range'] ?? asked.headers['x-ms-range']);
        },
      },
    ],
  };
}

async function piece(file: string, range: string | undefined): Promise<Answer> {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  await using handle = await open(file);
  const { size } = await handle.stat();
  const from = Number(first);
  if (range !== undefined && from >= size) throw new ArmFault(416, 'InvalidRange', 'The range specified is invalid for the current size of the resource.', { headers: { 'content-range': `bytes */${size}` } });
  const to = Math.min(size, last === '' ? size : Number(last) + 1, range === undefined ? size : from + largestPieceBytes);
  const bytes = Buffer.alloc(Math.max(0, to - from));
  await handle.read(bytes, 0, bytes.length, from);
  const partial = range === undefined ? {} : { 'content-range': `bytes ${from}-${to - 1}/${size}` };
  return { status: range === undefined ? 200 : 206, headers: { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', ...partial }, body: bytes };
}
