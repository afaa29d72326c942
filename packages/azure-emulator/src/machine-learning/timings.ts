/** How long things take, in the emulator's time. */
export type MachineLearningTimings = {
  /** Until a change of a workspace, or its end, is done. */
  workspaceMs: number;
  /** Until a compute is there. */
  createMs: number;
  /** From the wish for a node to its first job. */
  nodeStartMs: number;
  nodeLeaveMs: number;
  /** Start, stop and restart of an instance. */
  powerMs: number;
  deleteMs: number;
  /** Of a job: until it is looked at, until its image is there, and from the end of its command to its own. */
  jobStartMs: number;
  prepareMs: number;
  finalizeMs: number;
  /** From the first signal to the last, at a cancellation; of real time, since processes live in it. */
  jobGraceMs: number;
};

export const defaultMachineLearningTimings: MachineLearningTimings = { workspaceMs: 3000, createMs: 10_000, nodeStartMs: 90_000, nodeLeaveMs: 15_000, powerMs: 45_000, deleteMs: 10_000, jobStartMs: 2000, prepareMs: 10_000, finalizeMs: 4000, jobGraceMs: 3000 };
