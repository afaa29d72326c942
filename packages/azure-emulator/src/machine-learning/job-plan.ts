import { join } from 'node:path';
import type { Mount, RunPlan } from '../container-instance/runner.ts';
import type { Resource } from '../state/resource-store.ts';
import type { CommandJob } from './job-properties.ts';
import type { JobProcess, JobRun } from './job-state.ts';
import { rankVariables } from './rank-variables.ts';
import { recordProperties } from './records.ts';

const root = '/mnt/azureml';
const codePlace = `${root}/code`;

/** Where the parts of a job lie on the machine of the emulator. */
export const jobPlaces = {
  code: (folder: string, node: number) => join(folder, 'nodes', String(node)),
  input: (folder: string, name: string) => join(folder, 'inputs', name),
  output: (folder: string, name: string) => join(folder, 'outputs', name),
  process: (folder: string, rank: number) => join(folder, 'processes', String(rank)),
};

export function logName({ processes }: JobRun, rank: number): string {
  return processes.length === 1 ? 'user_logs/std_log.txt' : `user_logs/std_log_process_${rank}.txt`;
}

/** How one process of a job is to be started; `files` are the names of single-file inputs. */
export function planProcess(job: Resource, asked: CommandJob, run: JobRun, process: JobProcess, files: Readonly<Record<string, string>>): RunPlan {
  const inputPlace = (name: string): string => `${root}/inputs/${name}${files[name] === undefined ? '' : `/${files[name]}`}`;
  const outputPlace = (name: string): string => `${root}/outputs/${name}`;
  const literal = Object.fromEntries(asked.inputs.flatMap((input) => ('value' in input ? [[input.name, input.value]] : [[input.name, inputPlace(input.name)]])));
  const command = asked.command.replaceAll(/\$\{\{\s*(inputs|outputs)\.([\w-]+)\s*\}\}/g, (_, kind: string, name: string) => (kind === 'inputs' ? (literal[name] ?? '') : outputPlace(name)));
  const mount = (hostPath: string, mountPath: string): Mount => ({ hostPath, mountPath, readOnly: false });
  const data = asked.inputs.filter((input) => 'uri' in input);
  return {
    folder: jobPlaces.process(run.folder, process.rank),
    generation: 0,
    image: run.image,
    command: ['/bin/sh', '-c', `cd ${codePlace} || exit 1\n${command}`],
    variables: {
      AZUREML_RUN_ID: job.name,
      AZUREML_ROOT_RUN_ID: job.name,
      AZUREML_EXPERIMENT_NAME: String(recordProperties(job)['experimentName'] ?? 'Default'),
      AZUREML_NODE_COUNT: String(asked.instances),
      ...rankVariables(asked, run.processes, process, portOf(job.id)),
      ...Object.fromEntries(data.map(({ name }) => [`AZURE_ML_INPUT_${name}`, inputPlace(name)])),
      ...Object.fromEntries(asked.outputs.map((name) => [`AZURE_ML_OUTPUT_${name}`, outputPlace(name)])),
      ...asked.variables,
    },
    mounts: [
      mount(jobPlaces.code(run.folder, process.node), codePlace),
      ...data.map(({ name }) => mount(jobPlaces.input(run.folder, name), `${root}/inputs/${name}`)),
      ...asked.outputs.map((name) => mount(jobPlaces.output(run.folder, name), outputPlace(name))),
    ],
    ports: [],
    ip: '127.0.0.1',
    cpu: 1,
    memoryInGB: 1,
  };
}

/** Where the processes of one job meet: nodes share this machine, so each job needs a port of its own. */
function portOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 20_000;
  return 20_000 + sum;
}
