import { DestinoError } from '@destino/core/errors';
import type { Owner } from '@destino/core/model';
import type { Docker } from './docker.ts';

/** An image that this workspace built on this machine. */
export type BuiltImage = { id: string; image: string; createdAt: string; size: string; inUse: boolean };

export async function listImages(docker: Docker, owner: Owner): Promise<BuiltImage[]> {
  const mine = ['--filter', `label=destino.workspace=${owner.workspace}`, '--filter', `label=destino.incarnation=${owner.incarnation}`];
  const rows = await said(docker, ['images', '--no-trunc', ...mine, '--format', '{{.ID}}\t{{.Repository}}:{{.Tag}}\t{{.CreatedAt}}\t{{.Size}}']);
  const used = new Set(await said(docker, ['ps', '--all', '--no-trunc', '--format', '{{.Image}}']));
  return rows.map((row) => {
    const [id = '', image = '', createdAt = '', size = ''] = row.split('\t');
    return { id, image, createdAt, size, inUse: used.has(image) || used.has(id) };
  });
}

export async function pruneImages(docker: Docker, owner: Owner, { keep, dryRun }: { keep: readonly string[]; dryRun?: boolean }): Promise<BuiltImage[]> {
  const kept = new Set(keep);
  const unused = (await listImages(docker, owner)).filter(({ image, inUse }) => !inUse && !kept.has(image));
  if (dryRun === true) return unused;
  const removed: BuiltImage[] = [];
  for (const each of unused) {
    // Without --force: docker itself refuses an image that has come into use since.
    if ((await docker.run(['rmi', each.image.includes('<none>') ? each.id : each.image])).code === 0) removed.push(each);
  }
  return removed;
}

async function said(docker: Docker, words: readonly string[]): Promise<string[]> {
  const { code, stdout, lines } = await docker.run(words);
  if (code !== 0) throw new DestinoError('unavailable', `docker does not answer: ${lines.at(-1) ?? 'it said nothing'}`, { hint: 'start the docker engine' });
  return stdout.split('\n').filter((line) => line !== '');
}
