import { closeSync, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DestinoError } from '@destino/core/errors';

/** Numbers of statfs(2) that stand for a file system on another machine: locks and shared memory do not work there. */
const networkNumbers: Readonly<Record<number, string>> = {
  0x6969: 'nfs',
  0x517b: 'smb',
  0xff534d42: 'cifs',
  0xfe534d42: 'smb2',
  0x564c: 'ncp',
  0x5346414f: 'afs',
  0x6b414653: 'kafs',
  0x73757245: 'coda',
  0x00c36400: 'ceph',
  0x0bd00bd0: 'lustre',
  0x47504653: 'gpfs',
  0x19830326: 'beegfs',
  0x01021997: '9p',
};
const fuseNumber = 0x65735546;

/** File systems in user space that only arrange local files; any other may be somewhere else. */
const localFuse = new Set(['fuse.fuse-overlayfs', 'fuse.ntfs', 'fuse.ntfs-3g', 'fuse.bindfs', 'fuse.ext2', 'fuse.gocryptfs', 'fuse.encfs', 'fuse.mergerfs', 'fuse.lxcfs', 'fuseblk', 'virtiofs']);

/** The name of the network file system that has these marks; `undefined` for a local one. */
export function networkFileSystem(statfsType: number, mountType: string | undefined): string | undefined {
  const named = networkNumbers[statfsType >>> 0];
  if (named !== undefined) return named;
  if (statfsType >>> 0 !== fuseNumber || mountType === undefined || localFuse.has(mountType)) return undefined;
  return mountType;
}

/** The type of the mount that `path` lies on, out of the text of `/proc/self/mountinfo`. */
export function mountTypeOf(path: string, mountinfo: string): string | undefined {
  let best: { point: string; type: string | undefined } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const point = left?.split(' ')[4]?.replaceAll('\\040', ' ');
    if (point === undefined || right === undefined || !isUnder(path, point)) continue;
    if (best === undefined || point.length >= best.point.length) best = { point, type: right.split(' ')[0] };
  }
  return best?.type;
}

function isUnder(path: string, point: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`);
}

/**
 * Makes sure that `file` is there, is its owner's alone when it is new, and lies on a disk of this machine.
 * @throws {DestinoError} `unsupported` on a network file system.
 */
export function prepareLocalFile(file: string): void {
  const folder = dirname(resolve(file));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseNetwork(folder);
  closeSync(openSync(file, 'a', 0o600));
}

function refuseNetwork(folder: string): void {
  if (process.platform !== 'linux') return;
  const { type } = statfsSync(folder);
  const name = networkFileSystem(type, type >>> 0 === fuseNumber ? mountTypeOf(folder, readFileSync('/proc/self/mountinfo', 'utf8')) : undefined);
  if (name === undefined) return;
  throw new DestinoError('unsupported', `the folder ${folder} lies on a network file system (${name}), where SQLite's locks do not hold`, {
    scope: folder,
    hint: 'keep the workspace on a disk of this machine, or share it through a server: destino server --store postgres://…',
  });
}
