import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseWorkspace } from './find-workspace.ts';
import { ensurePrivateFolder, placesOf, socketPath, stateRoot } from './places.ts';
import { loadSettings, readWorkspaceName, resolveTargets } from './settings.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'destino-workspace-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const choose = (choice: string | undefined, folder: string): ReturnType<typeof chooseWorkspace> => chooseWorkspace({ choice, folder, readName: readWorkspaceName });

describe('the choice of a workspace', () => {
  it('is the nearest destino.yaml upwards, else default', async () => {
    await mkdir(join(root, 'a/b'), { recursive: true });
    expect(await choose(undefined, join(root, 'a/b'))).toEqual({ name: 'default', id: 'default', origin: 'default' });
    await writeFile(join(root, 'destino.yaml'), 'name: outer\n');
    expect(await choose(undefined, join(root, 'a/b'))).toMatchObject({ name: 'outer', id: 'outer', origin: 'file' });
    await writeFile(join(root, 'a/destino.yml'), 'name: inner\n');
    expect(await choose(undefined, join(root, 'a/b'))).toMatchObject({ name: 'inner' });
  });

  it('tells folders of the same name apart where the file has no name', async () => {
    for (const parent of ['x', 'y']) {
      await mkdir(join(root, parent, 'demo'), { recursive: true });
      await writeFile(join(root, parent, 'demo/destino.yaml'), 'default_target: local\n');
    }
    const [x, y] = [await choose(undefined, join(root, 'x/demo')), await choose(join(root, 'y/demo'), root)];
    expect([x.name, y.name]).toEqual(['demo', 'demo']);
    expect(x.id).not.toBe(y.id);
  });

  it('refuses names that could lead out of the state folder, paths without a file, and servers', async () => {
    await expect(choose('..', root)).rejects.toMatchObject({ code: 'not-found' });
    await expect(choose('a b', root)).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(choose('.hidden', root)).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(choose('https://destino.example', root)).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('places', () => {
  it('are in the platform\'s folder for state, or where DESTINO_STATE_DIR says', () => {
    expect(stateRoot({ HOME: '/home/me' }, 'linux')).toBe('/home/me/.local/state/destino');
    expect(stateRoot({ HOME: '/home/me', XDG_STATE_HOME: '/x' }, 'linux')).toBe('/x/destino');
    expect(stateRoot({ HOME: '/Users/me' }, 'darwin')).toBe('/Users/me/Library/Application Support/destino');
    expect(stateRoot({ DESTINO_STATE_DIR: '/elsewhere', HOME: '/home/me' }, 'linux')).toBe('/elsewhere');
    expect(() => stateRoot({ DESTINO_STATE_DIR: 'here' }, 'linux')).toThrow('not an absolute path');
  });

  it('keep the socket below the 108 bytes that the kernel has for its path, however long the folders are', () => {
    const long = `/${'very-long-folder-name/'.repeat(20)}`;
    for (const variables of [{}, { XDG_RUNTIME_DIR: root }, { XDG_RUNTIME_DIR: long }]) expect(Buffer.byteLength(socketPath(long, variables))).toBeLessThan(108);
    expect(socketPath('/a', { XDG_RUNTIME_DIR: root })).not.toBe(socketPath('/b', { XDG_RUNTIME_DIR: root }));
  });

  it('refuse a runtime folder that others may write', async () => {
    await mkdir(join(root, 'open'), { mode: 0o777 });
    const { chmod } = await import('node:fs/promises');
    await chmod(join(root, 'open'), 0o777);
    expect(() => ensurePrivateFolder(join(root, 'open'))).toThrow("is not this account's alone");
  });

  it('lie below the folder of the workspace', () => {
    const { folder, ...places } = placesOf(root, 'w', { XDG_RUNTIME_DIR: root });
    const own = [places.database, places.blobs, places.secrets, places.work, places.log, places.agentLock, places.agentLog];
    expect(own.every((place) => place.startsWith(`${folder}/`))).toBe(true);
  });
});

describe('settings', () => {
  it('come from variables before destino.yaml before the user\'s file before defaults, each with its origin', async () => {
    const [workspaceFile, userFile] = [join(root, 'destino.yaml'), join(root, 'config.yaml')];
    const sources = { workspaceFile, userFile, drivers: [] };
    await writeFile(workspaceFile, 'name: x\n');
    expect((await loadSettings({ ...sources, variables: {} })).defaultTarget).toEqual({ value: 'local', origin: 'default' });
    await writeFile(userFile, 'default_target: mine\naliases: { cpu: [mine] }\n');
    expect((await loadSettings({ ...sources, variables: {} })).defaultTarget).toEqual({ value: 'mine', origin: userFile });
    await writeFile(workspaceFile, 'default_target: ours\naliases: { cpu: [ours] }\n');
    const { defaultTarget, aliases } = await loadSettings({ ...sources, variables: {} });
    expect([defaultTarget, aliases['cpu']]).toEqual([{ value: 'ours', origin: workspaceFile }, { value: ['ours'], origin: workspaceFile }]);
    expect((await loadSettings({ ...sources, variables: { DESTINO_TARGET: 'now' } })).defaultTarget).toEqual({ value: 'now', origin: 'DESTINO_TARGET' });
  });

  it('tell every fault of a file at once, with its place', async () => {
    const workspaceFile = join(root, 'destino.yaml');
    await writeFile(workspaceFile, 'nmae: x\ndefault_target: [a]\n');
    await expect(loadSettings({ workspaceFile, userFile: join(root, 'none'), variables: {}, drivers: [] })).rejects.toMatchObject({ code: 'config-invalid', details: { problems: [{ line: 1 }, { line: 2 }] } });
  });

  it('resolve aliases to targets, each once, in order of preference', () => {
    const aliases = { cpu: { value: ['a', 'b'], origin: '' } };
    expect(resolveTargets(['b', 'cpu', 'c'], aliases)).toEqual(['b', 'a', 'c']);
    expect(resolveTargets(['constructor'], aliases)).toEqual(['constructor']);
  });
});
