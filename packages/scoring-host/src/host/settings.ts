import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isEntryScript } from './start-backend.ts';
import { revisionSchema, type Revision } from './revision.ts';

export const usage = `usage: destino-scoring-host --entry-script FILE [options]

  --entry-script FILE   score.py, score.js or score.ts with init() and run()
  --model-dir FOLDER    AZUREML_MODEL_DIR for the script
  --port N              default 5001; 0 for any
  --host ADDRESS        default 127.0.0.1; 0.0.0.0 in a container
  --worker-count N      processes, default 1: so many requests at once
  --python FILE         default python3
  --config-file FILE    JSON of the settings below; the environment wins over it, options over both
  --access-control-allow-origins LIST   origins that browsers may call from

Options may be written with _ too. Environment: AZUREML_ENTRY_SCRIPT, AZUREML_MODEL_DIR, AML_APP_ROOT, SERVER_PORT,
WORKER_COUNT, SCORING_TIMEOUT_MS (3600000), WORKER_TIMEOUT (seconds for init, 300), MAX_QUEUE_WAIT_MS, MAX_BODY_BYTES,
SERVICE_NAME, SERVICE_VERSION, SERVICE_PATH_PREFIX, AML_CORS_ORIGINS, AZUREML_LOG_LEVEL (INFO), DESTINO_SCORING_KEY.
`;

export type Settings = {
  revision: Revision; host: string; port: number; graceMs: number; name: string; version: string; serverVersion: string;
  pathPrefix: string; corsOrigins: string[]; keys: string[]; logCalls: boolean; maxBodyBytes?: number;
};

const options = {
  help: { type: 'boolean' }, service: { type: 'string' }, 'entry-script': { type: 'string' }, 'model-dir': { type: 'string' }, port: { type: 'string' }, host: { type: 'string' },
  'worker-count': { type: 'string' }, python: { type: 'string' }, 'config-file': { type: 'string' }, 'access-control-allow-origins': { type: 'string' },
} as const;

const graceMs = 30_000;

/** The command line over the environment over the file. */
export function readSettings(words: readonly string[], environment: NodeJS.ProcessEnv): Settings | { refused: string } | { help: true } | { service: string } {
  try {
    const { values } = parseArgs({ args: words.map(withDashes), options, strict: true });
    if (values.help === true) return { help: true };
    if (values.service !== undefined) return { service: resolve(values.service) };
    const file = values['config-file'] === undefined ? {} : readFile(values['config-file']);
    const setting = (name: string): string | undefined => environment[name] ?? file[name];
    const script = values['entry-script'] ?? setting('AZUREML_ENTRY_SCRIPT');
    if (script === undefined) return { refused: 'there is no entry script: give --entry-script FILE or AZUREML_ENTRY_SCRIPT' };
    if (!isEntryScript(script)) return { refused: `${script} is no entry script: it must end in .py, .js, .mjs, .cjs, .ts, .mts or .cts` };
    return settle(values, setting, resolve(setting('AML_APP_ROOT') ?? '.', script), environment);
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

type Values = Partial<Record<keyof typeof options, string | boolean>>;

function settle(values: Values, setting: (name: string) => string | undefined, script: string, environment: NodeJS.ProcessEnv): Settings {
  const text = (name: keyof typeof options): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  const number = (name: string, given: string | undefined, otherwise: number): number => {
    const value = given === undefined ? otherwise : Number(given);
    if (given?.trim() === '' || !Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be a number, not '${given ?? ''}'`);
    return value;
  };
  const modelDir = text('model-dir') ?? setting('AZUREML_MODEL_DIR');
  const queueWait = setting('MAX_QUEUE_WAIT_MS');
  const maxBody = setting('MAX_BODY_BYTES');
  const inherited = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'DESTINO_SCORING_KEY');
  const revision = revisionSchema.parse({
    revision: 1,
    server: { kind: 'script', folder: dirname(script), entryScript: basename(script), ...(text('python') !== undefined && { python: text('python') }) },
    ...(modelDir !== undefined && { modelDir: resolve(modelDir) }),
    variables: Object.fromEntries(inherited),
    concurrency: number('the worker count', text('worker-count') ?? setting('WORKER_COUNT'), 1),
    requestTimeoutMs: number('SCORING_TIMEOUT_MS', setting('SCORING_TIMEOUT_MS'), 3_600_000),
    initTimeoutMs: number('WORKER_TIMEOUT', setting('WORKER_TIMEOUT'), 300) * 1000,
    ...(queueWait !== undefined && { maxQueueWaitMs: number('MAX_QUEUE_WAIT_MS', queueWait, 0) }),
  });
  const list = (value: string | undefined): string[] => (value ?? '').split(',').map((each) => each.trim()).filter((each) => each !== '');
  return {
    revision,
    host: text('host') ?? '127.0.0.1',
    port: number('the port', text('port') ?? setting('SERVER_PORT'), 5001),
    graceMs,
    name: setting('SERVICE_NAME') ?? 'ML service',
    version: setting('SERVICE_VERSION') ?? '1.0',
    serverVersion: 'destino/0.1.0',
    pathPrefix: setting('SERVICE_PATH_PREFIX') ?? '',
    corsOrigins: list(text('access-control-allow-origins') ?? setting('AML_CORS_ORIGINS')),
    keys: list(environment['DESTINO_SCORING_KEY']),
    logCalls: ['DEBUG', 'INFO'].includes((setting('AZUREML_LOG_LEVEL') ?? 'INFO').toUpperCase()),
    ...(maxBody !== undefined && { maxBodyBytes: number('MAX_BODY_BYTES', maxBody, 0) }),
  };
}

/** The original's options are written with underscores. */
function withDashes(word: string): string {
  return /^--[a-z_]+(=|$)/.test(word) ? word.replace(/^--[a-z_]+/, (name) => name.replaceAll('_', '-')) : word;
}

function readFile(path: string): Record<string, string> {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${path} must hold a JSON object`);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}
