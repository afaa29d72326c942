import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from './job-files.ts';
import { jobPlaces, logName } from './job-plan.ts';
import type { JobRun } from './job-state.ts';

/** A file of a job: `isLog` for what its processes said. */
export type Artifact = { path: string; file: string; sizeBytes: number; isLog: boolean };

/** Logs, and what stands in the folders `outputs` and `logs`, of whichever node. */
export async function artifactsOf(run: JobRun): Promise<Artifact[]> {
  const found = new Map<string, Artifact>();
  const add = async (path: string, file: string, isLog: boolean): Promise<void> => {
    if (found.has(path)) return;
    try {
      found.set(path, { path, file, sizeBytes: (await stat(file)).size, isLog });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // it went between two looks
    }
  };
  for (const { rank, run: begun } of run.processes) if (begun !== undefined) await add(logName(run, rank), join(jobPlaces.process(run.folder, rank), 'log.0'), true);
  for (const node of new Set(run.processes.map((each) => each.node))) {
    for (const folder of ['outputs', 'logs']) {
      const base = join(jobPlaces.code(run.folder, node), folder);
      for (const path of await filesBelow(base)) await add(`${folder}/${path}`, join(base, path), false);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
