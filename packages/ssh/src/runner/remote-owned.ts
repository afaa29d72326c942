import type { Owned } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { keySchema, type Handle, type OwnedThing, type Owner } from '@destino/core/model';
import type { FarSide } from '../far/far-side.ts';
import { frames } from '../far/frames.ts';
import { parseAbout } from './about.ts';

/** The folders of jobs on the machine that carry this workspace's mark. */
export function remoteOwned(far: FarSide, owner: Owner, makeHandle: (key: string, state: { root: string; bootId: string }) => Handle): Owned {
  return {
    list: async function* (options = {}) {
      const { root, bootId } = await far.hello(options);
      for await (const { bytes } of frames(far.stream('owned', [], options), (line) => line.startsWith('about '))) {
        const about = bytes === undefined ? undefined : parseAbout(bytes.toString('utf8'));
        if (about === undefined || about.owner.workspace !== owner.workspace) continue;
        const { key, name, createdAt } = about;
        yield { id: key, key, ...about.owner, createdAt, what: 'job', handle: makeHandle(key, { root, bootId }), note: name };
      }
    },
    remove: async (thing: OwnedThing, options = {}) => {
      const key = keySchema.safeParse(thing.id);
      if (!key.success) throw new DestinoError('not-found', `'${thing.id}' is not the key of a job`);
      const text = (await far.call('about', [key.data], options)).toString('utf8');
      const about = parseAbout(text);
      if (text !== '' && (about?.owner.workspace !== owner.workspace || about.owner.incarnation !== thing.incarnation)) {
        throw new DestinoError('conflict', `the job folder ${key.data} belongs to another workspace`, { hint: 'remove it from that workspace' });
      }
      await far.call('remove', [key.data], options);
    },
  };
}
