import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { quoteShell } from './quote-shell.ts';

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

export type TrackingStart = {
  /** `python3`, as the job's own PATH has it. */
  python: string;
  paths: TrackingPaths;
  run: { id: string; name?: string; experiment?: string };
  token: string;
  /** Gets what went wrong; empty when all is well. Never the job's own log. */
  log: string;
};

/**
 * Shell lines for the prologue of `startScript`: they start the server beside the job, in a session of its own, wait
 * until it listens, at most about a second, and export what the client needs. Whatever fails is told in `log`, and the
 * job begins all the same. The server has the job's mark, so that it is part of its tree; it ends with its first process.
 */
export function trackingPrologue({ python, paths, run, token, log }: TrackingStart): string {
  const words = [python, ...trackingArguments(paths, run)].map(quoteShell).join(' ');
  const settings = Object.entries(trackingEnvironment('', run.id, token)).filter(([name]) => name !== 'MLFLOW_TRACKING_URI');
  const exports = settings.map(([name, value]) => `${name}=${quoteShell(value)}`).join(' ');
  return [
    'read_stat self',
    // Twice in the background: the job must not meet a child that it did not start.
    `(export DESTINO_TRACKING_TOKEN=${quoteShell(token)}; (launch ${words} --watch "$stat_pid") &) </dev/null >/dev/null 2>>${quoteShell(log)}`,
    'destino_tries=0',
    `until [ -s ${quoteShell(paths.ready)} ] || [ "$destino_tries" -ge 40 ]; do`,
    '  destino_tries=$((destino_tries + 1))',
    '  sleep 0.02 2>/dev/null || { sleep 1; destino_tries=40; }',
    'done',
    `if { read -r MLFLOW_TRACKING_URI <${quoteShell(paths.ready)}; } 2>/dev/null; then`,
    `  export MLFLOW_TRACKING_URI ${exports}`,
    'else',
    `  echo 'the tracking server was not ready within a second' >>${quoteShell(log)}`,
    'fi',
    '',
  ].join('\n');
}
