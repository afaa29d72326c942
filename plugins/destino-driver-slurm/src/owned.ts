import type { CallOptions, Owned } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { keySchema, type OwnedThing } from '@destino/core/model';
import { makeHandle } from './handle.ts';
import { parseAbout, type About } from './outputs.ts';
import { findScript, ownedScript, removeScript } from './scripts.ts';
import type { Cluster } from './submit.ts';

/** Jobs whose folder carries this workspace's mark. */
export function ownedJobs({ shell, context }: Pick<Cluster, 'shell' | 'context'>): Owned {
  const { owner } = context;
  const list = async (call: CallOptions): Promise<About[]> => {
    const text = (await shell.run({ op: 'owned.list' }, ownedScript, call)).toString('utf8');
    return text.split('\n').flatMap((line) => parseAbout(line) ?? []);
  };
  return {
    list: async function* (options = {}) {
      for (const about of await list(options)) {
        if (about.owner.workspace !== owner.workspace) continue;
        const [id, nodes, each] = (await shell.run({ op: 'find', key: about.key }, findScript, { ...options, words: [about.key] })).toString('utf8').trim().split(' ');
        const state = { key: about.key, nodes: Number(nodes), processesPerNode: Number(each) };
        const handle = id === undefined || id === '' ? {} : { handle: makeHandle(id, state) };
        yield { id: about.key, key: about.key, what: 'job', ...about.owner, createdAt: about.createdAt, note: about.name, ...handle };
      }
    },
    remove: async (thing: OwnedThing, options = {}) => {
      const key = keySchema.safeParse(thing.id);
      if (!key.success) throw new DestinoError('not-found', `'${thing.id}' is not the key of a job`);
      const text = (await shell.run({ op: 'owned.about', key: key.data }, 'file=$root/jobs/$1/about.json; [ ! -s "$file" ] || cat "$file"', { ...options, words: [key.data] })).toString('utf8');
      if (text === '') return;
      const about = parseAbout(text);
      if (about?.owner.workspace !== owner.workspace || about.owner.incarnation !== thing.incarnation) {
        throw new DestinoError('conflict', `the job ${key.data} belongs to another workspace`, { hint: 'remove it from that workspace' });
      }
      await shell.run({ op: 'owned.remove', key: key.data }, removeScript, { ...options, words: [key.data] });
    },
  };
}
