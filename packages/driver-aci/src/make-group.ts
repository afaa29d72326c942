import type { ContainerGroup, ImageRegistryCredential } from '@azure/arm-containerinstance';
import type { CallOptions } from '@destino/core/driver';
import type { JobSpec } from '@destino/core/model';
import { planText, quoteShell, signPlaces, startScript, urlsText, type ContainerPlan } from '@destino/helper';
import { ownerTags } from './owner-tags.ts';
import { given, inputPlace, jobFolder, outputPlace, renderCommand, root } from './places.ts';
import type { Session } from './session.ts';
import type { Staged } from './stage.ts';

const gigabyte = 1_000_000_000;
const dayMs = 86_400_000;
/** Longer than any job without a time-out of its own is let run on one set of addresses. */
const longestMs = 7 * dayMs;

/** The container group of a job: one container, its own folder, and what the helper is given as a secret volume. */
export async function makeGroup(session: Session, job: JobSpec, key: string, staged: Staged, options: CallOptions): Promise<ContainerGroup> {
  const { config, context } = session;
  const { cores, memoryBytes } = job.resources;
  const files = await givenFiles(session, job, key, staged, options);
  const secret = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]));
  const image = job.environment.kind === 'image' ? job.environment.image : config.image;
  return {
    location: config.location,
    tags: ownerTags(context.owner, key, job.name),
    osType: 'Linux',
    restartPolicy: 'Never',
    ...(config.spot && { priority: 'Spot' }),
    imageRegistryCredentials: await registries(session, options),
    containers: [
      {
        name: 'main',
        image,
        command: ['/bin/sh', `${given}/helper.sh`, 'contain', key],
        environmentVariables: [
          { name: 'DESTINO_ROOT', value: root },
          { name: 'DESTINO_GIVEN', value: given },
          { name: 'DESTINO_PUSH_S', value: String(config.push_seconds) },
          { name: 'DESTINO_GRACE_MS', value: String(job.graceMs) },
        ],
        resources: { requests: { cpu: cores ?? config.cpu, memoryInGB: memoryBytes === undefined ? config.memory_gb : Math.ceil((memoryBytes / gigabyte) * 10) / 10 } },
        volumeMounts: [{ name: 'work', mountPath: root }, { name: 'given', mountPath: given, readOnly: true }],
      },
    ],
    volumes: [{ name: 'work', emptyDir: {} }, { name: 'given', secret }],
  };
}

async function registries({ config, context }: Session, options: CallOptions): Promise<ImageRegistryCredential[]> {
  return await Promise.all(config.registries.map(async ({ server, username, password }) => ({ server, username, password: await context.secrets.resolve(password, options) })));
}

async function givenFiles({ staging, context }: Session, job: JobSpec, key: string, staged: Staged, options: CallOptions): Promise<Record<string, string>> {
  const outputs = Object.keys(job.outputs);
  const plan: ContainerPlan = {
    folders: ['work', 'work/outputs', 'checkpoint', ...outputs.map((name) => `named/${name}`)],
    fetches: staged.fetches.map(({ hash, ...rest }) => ({ ...rest, ...(hash !== undefined && { hash }) })),
    outputs: { outputs: 'work/outputs', checkpoint: 'checkpoint', ...Object.fromEntries(outputs.map((name) => [name, `named/${name}`])) },
  };
  const lifetimeMs = job.timeoutMs === undefined ? longestMs : Math.min(longestMs, job.timeoutMs + dayMs);
  const places = await signPlaces(staging(), { key, plan, sources: staged.sources, lifetimeMs, ...options });
  const secrets: string[] = [];
  for (const [name, reference] of Object.entries(job.secrets)) secrets.push(`export ${name}=${quoteShell(await context.secrets.resolve(reference, options))}\n`);
  return { 'helper.sh': context.helper.script, plan: planText(plan), urls: urlsText(places), start: startText(job, key, staged), ...(secrets.length > 0 && { secrets: secrets.join('') }) };
}

/** What an image holds is not known here: bash where there is one. */
const anyShell = 'if command -v bash >/dev/null 2>&1; then exec bash "$@"; else exec sh "$@"; fi';

function startText(job: JobSpec, key: string, staged: Staged): string {
  const input = (name: string): string => {
    const found = job.inputs[name];
    return found === undefined ? '' : inputPlace(key, name, found, staged.singles[name]);
  };
  const output = (name: string): string => outputPlace(key, name);
  const data = Object.entries(job.inputs).filter(([, each]) => each.type !== 'literal');
  const variables = {
    AZUREML_RUN_ID: job.name,
    AZUREML_ROOT_RUN_ID: job.name,
    AZUREML_NODE_COUNT: '1',
    DESTINO_CHECKPOINT_DIR: `${jobFolder(key)}/checkpoint`,
    ...Object.fromEntries(data.map(([name]) => [`AZURE_ML_INPUT_${name}`, input(name)])),
    ...Object.fromEntries(Object.keys(job.outputs).map((name) => [`AZURE_ML_OUTPUT_${name}`, output(name)])),
    ...job.variables,
  };
  const prologue = Object.keys(job.secrets).length === 0 ? '' : `. ${given}/secrets\n`;
  const command = ['sh', '-c', anyShell, 'sh', '-c', renderCommand(job.command, { input, output })];
  return startScript({ folder: `${jobFolder(key)}/work`, variables, command, prologue, graceMs: job.graceMs, ...(job.timeoutMs !== undefined && { timeoutMs: job.timeoutMs }) });
}
