import type { Owned } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { keySchema } from '@destino/core/model';
import { makeHandle } from './handle.ts';
import { heed } from './map-error.ts';
import { isOwners, readTags } from './owner-tags.ts';
import { deleteJob } from './release.ts';
import { abortable, type Session } from './session.ts';

/** Container groups with our owner's tags. What lies in the storage goes with them. */
export function ownedGroups(session: Session): Owned {
  const { config, context, told } = session;
  return {
    list: async function* (options = {}) {
      heed(options);
      const client = await session.client();
      const groups = await told('list the container groups', options, async () => {
        const all = [];
        for await (const group of client.containerGroups.listByResourceGroup(config.resource_group, abortable(options))) all.push(group);
        return all;
      });
      for (const { name, tags } of groups) {
        const marks = readTags(tags);
        if (marks === undefined || name === undefined || !isOwners(context.owner, marks) || !keySchema.safeParse(marks.key).success) continue;
        yield { id: name, what: 'job', workspace: marks.workspace, incarnation: marks.incarnation, key: marks.key, handle: makeHandle(marks.key), note: marks.job };
      }
    },
    remove: async (thing, options) =>
      told(`remove ${thing.id}`, options, async () => {
        const group = await session.group(thing.id, options);
        if (group === undefined) return;
        const marks = readTags(group.tags);
        if (marks === undefined || !isOwners(context.owner, marks)) throw new DestinoError('conflict', `the container group ${thing.id} belongs to another owner`);
        await deleteJob(session, marks.key, options);
      }),
  };
}
