/** The files of one job on the machine; its paths are POSIX, whatever this machine is. */
export type JobPaths = { folder: string; work: string; metrics: string; checkpoint: string; trackingLog: string; trackingAddress: string; input(name: string): string; output(name: string): string };

export function jobPaths(root: string, key: string, checkpoint: string): JobPaths {
  const folder = `${root}/jobs/${key}`;
  return {
    folder,
    work: `${folder}/work`,
    metrics: `${folder}/metrics`,
    checkpoint: `${root}/checkpoints/${checkpoint}`,
    trackingLog: `${folder}/tracking.log`,
    trackingAddress: `${folder}/tracking.address`,
    input: (name) => `${folder}/inputs/${name}`,
    output: (name) => `${folder}/named/${name}`,
  };
}

/** A name as one part of a path. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name);
}
