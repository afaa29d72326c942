import { quoteShell } from './quote-shell.ts';
import type { Resources } from '@destino/core/model';

export type Container = {
  image: string;
  /** Unique on this machine: the job's key is part of it. */
  name: string;
  /** Carried as labels, so that what nobody owns can be found. */
  labels: Readonly<Record<string, string>>;
  /** Folders of this machine, at the same paths inside; `readOnly` are what the command only reads. */
  writable: readonly string[];
  workingFolder: string;
  readOnly: readonly string[];
  /** The job's own variables. Values stay out of the command line, save for those that the docker command itself reads. */
  variables: Readonly<Record<string, string>>;
  secretNames: readonly string[];
  /** What the docker command itself needs: PATH, HOME, DOCKER_HOST and the like. */
  clientVariables: Readonly<Record<string, string>>;
  resources: Resources;
  /** Of the account, unless it is root: files in the job's folder must stay removable. */
  user?: string;
  command: readonly string[];
};

/** Names that the docker command reads itself: these travel as text, the others by name only. */
export const dockersOwn = /^(PATH|HOME|DOCKER_.*|LD_.*|XDG_.*)$/;

/** The `docker run` of a job, and what the helper does before a forced end and after every end. */
export function containerJob(container: Container): { command: string[]; stop: string; after: string } {
  const { image, name, command, resources } = container;
  const options = [
    '--name',
    name,
    '--workdir',
    container.workingFolder,
    ...Object.entries(container.labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]),
    ...container.writable.flatMap((path) => ['--mount', mount(path, false)]),
    ...container.readOnly.flatMap((path) => ['--mount', mount(path, true)]),
    ...environment(container),
    ...(container.user === undefined ? [] : ['--user', container.user]),
    ...(resources.cores === undefined ? [] : ['--cpus', String(resources.cores)]),
    ...(resources.memoryBytes === undefined ? [] : ['--memory', String(resources.memoryBytes)]),
    ...(resources.shmBytes === undefined ? [] : ['--shm-size', String(resources.shmBytes)]),
    '--entrypoint',
    command[0] ?? 'sh',
    image,
    ...command.slice(1),
  ];
  const quoted = quoteShell(name);
  const client = Object.entries(container.clientVariables).map(([variable, value]) => `export ${variable}=${quoteShell(value)}\n`).join('');
  return {
    command: (resources.gpus ?? 0) > 0 ? withProcessors(options) : ['docker', 'run', ...options],
    stop: `${client}docker kill ${quoted}\n`,
    after: [
      client,
      `if [ "$code" -eq 125 ]; then echo image`,
      `elif [ "$(docker inspect -f '{{.State.OOMKilled}}' ${quoted} 2>/dev/null)" = true ]; then echo oom; fi`,
      `docker rm -f ${quoted} >/dev/null 2>&1\n`,
    ].join('\n'),
  };
}

/** Which processors the job got is known only when it starts. */
function withProcessors(options: readonly string[]): string[] {
  return ['sh', '-c', String.raw`exec docker run --gpus "\"device=$CUDA_VISIBLE_DEVICES\"" "$@"`, 'docker', ...options];
}

function environment({ variables, secretNames }: Container): string[] {
  const given = Object.entries(variables).flatMap(([name, value]) => ['--env', dockersOwn.test(name) ? `${name}=${value}` : name]);
  return [...given, ...['DESTINO_KEY', ...secretNames].flatMap((name) => ['--env', name])];
}

function mount(path: string, readOnly: boolean): string {
  const field = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return ['type=bind', field(`source=${path}`), field(`target=${path}`), ...(readOnly ? ['readonly'] : [])].join(',');
}
