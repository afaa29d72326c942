import type { CallOptions } from '@destino/core/driver';
import { stagedJobFolder } from '@destino/helper';
import { groupName } from './handle.ts';
import { abortable, type Session } from './session.ts';

/** The group, and what stands in the storage for this job alone. Absent is fine. */
export async function deleteJob(session: Session, key: string, options: CallOptions = {}): Promise<void> {
  const client = await session.client();
  await client.containerGroups.beginDelete(session.config.resource_group, groupName(key), { ...abortable(options), updateIntervalInMs: 1000 });
  const { staging } = session.context;
  if (staging === undefined) return;
  const entries = await staging.list(`${stagedJobFolder(key)}/`, options);
  await staging.delete(entries.map(({ path }) => path), options);
}
