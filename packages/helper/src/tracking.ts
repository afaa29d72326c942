import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type TrackingScript = {
  /** The Python source of the server; standard library only. */
  script: string;
  /** Its SHA-256, in hexadecimal: copies on targets carry it in their name. */
  hash: string;
};

/** The script's chapters, in order; each can be read by itself, only all of them run. */
const chapters = ['1-records', '2-runs', '3-request', '4-server'] as const;

let loaded: TrackingScript | undefined;

/** The tracking server that runs beside a job where Python is there. Read once for the process. */
export function trackingScript(): TrackingScript {
  if (loaded === undefined) {
    const script = chapters.map((name) => readFileSync(new URL(`../assets/tracking/${name}.py`, import.meta.url), 'utf8')).join('\n\n');
    loaded = Object.freeze({ script, hash: createHash('sha256').update(script).digest('hex') });
  }
  return loaded;
}

export type TrackingPaths = {
  /** Where the script lies on the target. */
  script: string;
  /** The JSON lines, appended to. */
  metrics: string;
  /** The job's outputs folder; artifacts go there. */
  artifacts: string;
  /** Gets one line, the server's address, once it listens. */
  ready: string;
};

/** The arguments of `python3` that start the server; isolated from the job's own packages and variables. */
export function trackingArguments(paths: TrackingPaths, run: { id: string; name?: string; experiment?: string; watchPid?: number }): string[] {
  return [
    ...['-I', '-S', paths.script, '--metrics', paths.metrics, '--artifacts', paths.artifacts, '--ready', paths.ready, '--run-id', run.id],
    ...(run.name === undefined ? [] : ['--run-name', run.name]),
    ...(run.experiment === undefined ? [] : ['--experiment', run.experiment]),
    ...(run.watchPid === undefined ? [] : ['--watch', String(run.watchPid)]),
  ];
}

/**
 * What the job needs in its environment so that an unchanged script reports to the server. `token` is what the server
 * was given as `DESTINO_TRACKING_TOKEN`, so that no other user of the machine can write to the job's outputs.
 */
export function trackingEnvironment(address: string, runId: string, token?: string): Record<string, string> {
  return {
    MLFLOW_TRACKING_URI: address.trim(),
    MLFLOW_RUN_ID: runId,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    ...(token !== undefined && { MLFLOW_TRACKING_TOKEN: token }),
  };
}
