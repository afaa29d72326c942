import { join } from 'node:path';

/** The folders that the helper works in; see the README of `@destino/helper`. */
export type Layout = { root: string; jobs: string; queue: string; serve: string; checkpoints: string; bin: string };

export function layout(root: string): Layout {
  const below = (name: string): string => join(root, name);
  return { root, jobs: below('jobs'), queue: below('queue'), serve: below('serve'), checkpoints: below('checkpoints'), bin: below('bin') };
}

/** The files of one job. */
export type JobFiles = {
  folder: string;
  /** The copy of the code, where the command starts. */
  work: string;
  inputs: string;
  /** Named outputs, one entry each. */
  named: string;
  /** The folder of `metrics.jsonl`, which the job or the tracking server beside it writes. */
  metrics: string;
  /** What the tracking server could not do. */
  trackingLog: string;
  about: string;
  start: string;
  secrets: string;
  record: string;
  claim: string;
  ending: string;
  /** What keeps a begun job from its command, in words, while it does. */
  preparing: string;
  stdout: string;
  stderr: string;
  released: string;
};

export function jobFiles(folder: string): JobFiles {
  const below = (name: string): string => join(folder, name);
  return {
    folder,
    work: below('work'),
    inputs: below('inputs'),
    named: below('named'),
    metrics: below('metrics'),
    trackingLog: below('tracking.log'),
    about: below('about.json'),
    start: below('start'),
    secrets: below('secrets'),
    record: below('record'),
    claim: below('claim'),
    ending: below('ending'),
    preparing: below('preparing'),
    stdout: below('stdout'),
    stderr: below('stderr'),
    released: below('released'),
  };
}
