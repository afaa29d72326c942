import path from 'node:path';
import { DestinoError } from '../errors/index.ts';
import { isContainedPath } from './manifest.ts';

/**
 * The place of `relative` (with `/` between parts) below `folder`. For whatever names come from elsewhere: manifests,
 * archives, outputs.
 * @throws {DestinoError} `config-invalid` for what could lead out, or mean something else on this platform
 */
export function safeJoin(folder: string, relative: string, platform: 'win32' | 'posix' = path.sep === '\\' ? 'win32' : 'posix'): string {
  const refuse = (reason: string): DestinoError =>
    new DestinoError('config-invalid', `${JSON.stringify(relative.slice(0, 200))} ${reason}`, { scope: folder });
  if (!isContainedPath(relative)) throw refuse('is not a path within the folder');
  const parts = relative.split('/');
  if (platform === 'win32' && parts.some(meansMoreOnWindows)) throw refuse('is not a file name on Windows');
  return path.join(folder, ...parts);
}

function meansMoreOnWindows(part: string): boolean {
  return /[\\:*?"<>|\p{Cc}]|[. ]$/u.test(part) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part);
}
