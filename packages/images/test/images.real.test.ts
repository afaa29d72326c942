import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DockerLab } from '@destino/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocker, createImages, type Registry, type WorkspaceImages } from '../src/index.ts';

let lab: DockerLab;
beforeAll(async () => {
  lab = await DockerLab.start({ registry: true });
}, 300_000);
afterAll(() => lab.stop());

const base = 'destino-test/shell:1';
const folders: Record<string, Record<string, string>> = {
  good: { Dockerfile: `FROM ${base}\nCOPY data.txt /data.txt\nRUN echo made > /made\n`, 'data.txt': 'from context' },
  other: { Dockerfile: `FROM ${base}\nRUN echo other > /made\n` },
  bad: { Dockerfile: `FROM ${base}\n# a comment\nRUN echo before the end; no-such-command --x\n` },
};

function imagesOf(registries: Registry[] = []): WorkspaceImages {
  const nothing = async function* (): AsyncGenerator<never> {};
  return createImages({
    docker: createDocker({ host: lab.host, variables: process.env }),
    content: {
      manifest: nothing,
      read: nothing,
      write: () => Promise.reject(new Error('nothing is written')),
      materialise: async (snapshot, folder) => {
        for (const [path, text] of Object.entries(folders[snapshot] ?? {})) {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), text);
        }
      },
    },
    secrets: { resolve: async ({ secret }) => `${secret}-planted-value`, store: async (name) => ({ secret: name }) },
    owner: { workspace: 'trial', incarnation: 'one' },
    logger: { debug() {}, info() {}, warn() {} },
    registries: async () => registries,
  });
}

const wish = (snapshot: string) => ({ kind: 'build' as const, snapshot, dockerfile: 'Dockerfile' });

describe('images on a real engine', () => {
  it('are built from a folder once, with the log followed, and run', async () => {
    const images = imagesOf();
    const lines: string[] = [];
    const [first, same] = await Promise.all([images.build(wish('good'), { onLine: (line) => lines.push(line) }), images.build(wish('good'))]);
    expect([first.built, same.image, (await images.build(wish('good'))).built]).toEqual([true, first.image, false]);
    expect(lines.join('\n')).toContain('COPY data.txt');
    expect(lab.docker('run', '--rm', '--network', 'none', first.image, 'cat', '/data.txt', '/made')).toBe('from contextmade\n');
    expect(first.digest).toMatch(/^sha256:/);
  });

  it('that fail name file, line and the last words', async () => {
    await expect(imagesOf().build(wish('bad'))).rejects.toMatchObject({ code: 'rejected', message: expect.stringMatching(/^Dockerfile:3: .*no-such-command.*not found/s) });
  });

  it('are pushed to the one registry that takes them, and can be pulled by digest', async () => {
    const images = imagesOf([{ server: lab.registry, push: true, username: 'user', password: { secret: 'registry' } }]);
    const pushed = await images.build(wish('good'), { push: true });
    expect(pushed).toMatchObject({ pushed: true, pull: { secret: 'registry' } });
    const byDigest = `${pushed.image.slice(0, pushed.image.lastIndexOf(':'))}@${pushed.digest}`;
    lab.docker('rmi', pushed.image);
    lab.docker('pull', byDigest);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('destino-registries-'))).toEqual([]);
    expect(lab.docker('history', '--no-trunc', byDigest)).not.toContain('planted-value');
  });

  it('say so when the registry cannot be reached, and when there is none', async () => {
    await expect(imagesOf([{ server: '127.0.0.1:1', push: true }]).build(wish('other'))).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('could not be pushed') });
    await expect(imagesOf().build(wish('other'), { push: true })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('are listed and pruned, but for those that a container uses and those to keep', async () => {
    const images = imagesOf();
    const used = await images.build(wish('good'));
    const kept = await images.build(wish('other'));
    const id = lab.docker('create', '--network', 'none', used.image, 'true').trim();
    const names = async (): Promise<string[]> => (await images.list()).map(({ image }) => image);
    expect(await names()).toEqual(expect.arrayContaining([used.image, kept.image]));
    await images.prune({ keep: [kept.image] });
    expect(await names()).toEqual(expect.arrayContaining([used.image, kept.image]));
    lab.docker('rm', id);
    const gone = await images.prune({ keep: [kept.image] });
    expect(gone.map(({ image }) => image)).toContain(used.image);
    expect(await names()).not.toContain(used.image);
  });

  it('leave no build folder behind', () => {
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('destino-build-'))).toEqual([]);
  });
});
