import type { Owner } from '@destino/core/model';

const names = { workspace: 'destino-workspace', incarnation: 'destino-incarnation', key: 'destino-key', job: 'destino-job' } as const;
const longestValue = 256;

/** What every group carries, so that what nobody owns can be found. */
export function ownerTags({ workspace, incarnation }: Owner, key: string, job: string): Record<string, string> {
  return { [names.workspace]: workspace, [names.incarnation]: incarnation, [names.key]: key, [names.job]: job.slice(0, longestValue) };
}

export type Marks = Owner & { key: string; job: string };

/** The marks on a group; `undefined` on one that Destino did not make. */
export function readTags(tags: Record<string, string> | undefined): Marks | undefined {
  const { [names.workspace]: workspace, [names.incarnation]: incarnation, [names.key]: key, [names.job]: job = '' } = tags ?? {};
  return workspace === undefined || incarnation === undefined || key === undefined ? undefined : { workspace, incarnation, key, job };
}

export function isOwners({ workspace, incarnation }: Owner, marks: Marks | undefined): boolean {
  return marks?.workspace === workspace && marks.incarnation === incarnation;
}
