import type { CallOptions } from '@destino/core/driver';
import { errorToData } from '@destino/core/errors';
import type { Handle, JobInspection } from '@destino/core/model';
import { readPushedRecord, stagedJobFolder } from '@destino/helper';
import { readHandle } from './handle.ts';
import { heed } from './map-error.ts';
import { mapState } from './map-state.ts';
import type { Session } from './session.ts';

/** The place through which the helper hears of a cancellation. */
export function controlPlace(key: string): string {
  return `${stagedJobFolder(key)}/control`;
}

/** One call for each handle: lists of groups do not tell their state. */
export async function inspectJob(session: Session, handle: Handle, options: CallOptions = {}): Promise<JobInspection> {
  heed(options);
  try {
    const { key, group: name } = readHandle(handle);
    return await session.told(`look at the job ${handle.id}`, options, async () => {
      const group = await session.group(name, options);
      if (group === undefined) return { seen: 'absent', conclusive: false, reasons: [{ code: 'no-group', text: `there is no container group ${name}` }] };
      const { staging } = session.context;
      const record = staging === undefined ? undefined : await readPushedRecord(staging, key, options);
      const cancelAsked = staging !== undefined && (await staging.size(controlPlace(key), options)) !== undefined;
      return mapState(group, record, cancelAsked);
    });
  } catch (error) {
    heed(options);
    return { seen: 'unknown', error: errorToData(error) };
  }
}
