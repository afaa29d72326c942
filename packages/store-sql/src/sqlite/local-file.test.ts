import { describe, expect, it } from 'vitest';
import { mountTypeOf, networkFileSystem } from './local-file.ts';

const fuse = 0x65735546;

describe('networkFileSystem', () => {
  it.each([
    ['nfs', 0x6969],
    ['smb', 0x517b],
    ['cifs', 0xff534d42],
    ['cifs', 0xff534d42 | 0],
    ['smb2', 0xfe534d42],
    ['9p', 0x01021997],
    ['ceph', 0x00c36400],
    ['lustre', 0x0bd00bd0],
  ])('knows %s by its number', (name, type) => {
    expect(networkFileSystem(type, undefined)).toBe(name);
  });

  it.each([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1])('lets local file systems pass (%i)', (type) => {
    expect(networkFileSystem(type, undefined)).toBeUndefined();
  });

  it('tells file systems in user space apart by their mount', () => {
    expect(networkFileSystem(fuse, 'fuse.sshfs')).toBe('fuse.sshfs');
    expect(networkFileSystem(fuse, 'fuse.blobfuse2')).toBe('fuse.blobfuse2');
    expect(networkFileSystem(fuse, 'fuse.fuse-overlayfs')).toBeUndefined();
    expect(networkFileSystem(fuse, 'fuseblk')).toBeUndefined();
  });
});

describe('mountTypeOf', () => {
  const mountinfo = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '40 22 0:45 / /home/me/far rw,nosuid shared:2 - fuse.sshfs me@there:/ rw',
    String.raw`41 22 0:46 / /home/me/my\040data rw - fuse.rclone remote: rw`,
    '42 40 8:2 / /home/me/far/near rw - xfs /dev/sdb1 rw',
    '',
  ].join('\n');

  it.each([
    ['/home/me', 'ext4'],
    ['/home/me/far', 'fuse.sshfs'],
    ['/home/me/far/deep/er', 'fuse.sshfs'],
    ['/home/me/farther', 'ext4'],
    ['/home/me/far/near/x', 'xfs'],
    ['/home/me/my data/x', 'fuse.rclone'],
  ])('finds the mount that %s lies on', (path, type) => {
    expect(mountTypeOf(path, mountinfo)).toBe(type);
  });
});
