import { above, allHonoured, honoured, is, matches, noted, refused, row, translated, type FateRow } from './fate-row.ts';

const onlyAzure = (what: string) => noted(`${what} means something to Azure ML only`);
const oneNode = refused('one machine is one node', '--set resources.instance_count=1, or a target with several nodes');
const sizeAsAmounts = translated('the VM size is taken as its cores, memory and GPUs');
const vmSize = matches('a VM size', /^(standard|basic)_/i);
const amounts = matches('cpu=…,memory=…', /=/);
const copied = translated('data that is not on the target is copied there before the start, and read only');
const collected = translated('written to a folder of the job, and collected at its end');

/** What a command job and a command component share. */
export const executionFates: readonly FateRow[] = [
  row('', honoured, { 'iot-edge': refused('a device runs modules, not jobs', 'deploy a service to it: destino deploy FILE') }),
  ...allHonoured('$schema', 'type', 'name', 'display_name', 'description', 'tags', 'command', 'code', 'environment_variables'),
  row('properties', noted('properties are kept with the job and change nothing'), { amlcompute: honoured }),
  row('environment.os_type', refused('only Linux environments are run', 'remove os_type, or use an environment for Linux'), {}, is('windows')),
  row('environment.auto_rebuild', onlyAzure('auto_rebuild'), { amlcompute: honoured }),
  row('environment.inference_config', noted('inference_config is for serving; a job answers no requests')),
  row('environment.properties', onlyAzure('properties'), { amlcompute: honoured }),
  ...allHonoured('environment'),
  row('resources.instance_count', honoured, { local: oneNode, ssh: oneNode, 'compute-instance': oneNode, aci: oneNode }, above(1)),
  row('resources.instance_count', honoured),
  row('resources.instance_type', sizeAsAmounts, { 'compute-instance': noted('a compute instance has the size it was made with'), amlcompute: noted('a cluster has the size it was made with') }, vmSize),
  row('resources.instance_type', honoured, { amlcompute: noted('a cluster has the size it was made with') }, amounts),
  row('resources.instance_type', refused('only Kubernetes has named instance types', 'write cpu=4,memory=16Gi or a VM size'), { aks: honoured, amlcompute: honoured }),
  row('resources.shm_size', translated('set on the container; a plain process shares the machine’s own'), {
    amlcompute: honoured,
    aks: translated('a memory volume at /dev/shm'),
    aci: refused('a container group has 64 MB of shared memory, whatever is asked', 'remove shm_size if that is enough'),
  }),
  row('resources.docker_args', translated('given to docker run; a job without a container cannot have them'), {
    amlcompute: honoured,
    aci: refused('a container group takes no options of Docker'),
    aks: refused('a pod takes no options of Docker', 'use resources.properties.aks'),
  }),
  ...allHonoured('resources.properties'),
  row('resources.locations', onlyAzure('locations'), { amlcompute: honoured }),
  row('resources.max_instance_count', onlyAzure('max_instance_count'), { amlcompute: honoured }),
  row('distribution.type', refused('a Ray cluster is started by Azure ML only', 'start it in the command'), { amlcompute: honoured }, is('ray')),
  row('distribution.worker_count', honoured, { local: oneNode, ssh: oneNode, 'compute-instance': oneNode, aci: oneNode }, above(1)),
  row('distribution.parameter_server_count', honoured, { local: oneNode, ssh: oneNode, 'compute-instance': oneNode, aci: oneNode }, above(0)),
  ...allHonoured('distribution'),
  row('is_deterministic', noted('a job is always run, never taken from an earlier one')),
  ...allHonoured('inputs.*.type', 'inputs.*.description'),
  row('inputs.*.mode', copied, { amlcompute: honoured, local: translated('data on this machine is read where it is, other data is copied first') }, is('ro_mount')),
  row('inputs.*.mode', refused('what is written to an input would be lost', 'write to an output'), { amlcompute: honoured }, is('rw_mount')),
  row('inputs.*.mode', refused('tables are evaluated by Azure ML only', 'use download, and read the files of the table'), { amlcompute: honoured }, is('eval_mount', 'eval_download')),
  ...allHonoured('inputs.*.mode'),
  row('inputs.*.datastore', refused('a datastore beside a path is understood by Azure ML only', 'path: azureml://datastores/NAME/paths/…'), { amlcompute: honoured }),
  ...allHonoured('outputs.*.type', 'outputs.*.description'),
  row('outputs.*.mode', collected, { amlcompute: honoured, local: honoured }, is('rw_mount', 'upload')),
  row('outputs.*.mode', refused('the command would have to write to the store by itself', 'use upload'), { amlcompute: honoured }, is('direct')),
  ...allHonoured('outputs.*.mode'),
];

const service = noted('not started here; the job itself runs');

export const commandJobFates: readonly FateRow[] = [
  ...executionFates,
  row('inputs.*.path_on_compute', refused('the place on the machine is chosen, not given', 'use ${{inputs.NAME}} in the command'), { amlcompute: honoured }),
  row('outputs.*.path_on_compute', refused('the place on the machine is chosen, not given', 'use ${{outputs.NAME}} in the command'), { amlcompute: honoured }),
  ...allHonoured('inputs.*.path', 'experiment_name', 'compute', 'limits.timeout', 'outputs.*.path', 'outputs.*.name', 'outputs.*.version', 'inputs.*.value', 'inputs.*'),
  row('services', service, { amlcompute: honoured }),
  row('identity', refused('the job cannot take on an Azure identity here', 'give it a credential: environment_variables: { NAME: ${{secrets.NAME}} }'), {
    amlcompute: honoured,
    local: translated('on this machine the job has your own sign-in (az login)'),
  }, { text: 'type: user_identity', holds: (value) => typeOf(value) === 'user_identity' || typeOf(value) === 'user' }),
  row('identity', refused('the job cannot take on an Azure identity here', 'give it a credential: environment_variables: { NAME: ${{secrets.NAME}} }'), { amlcompute: honoured }),
  row('queue_settings', noted('the queue of serverless compute has no part in this'), { amlcompute: honoured }),
  row('parent_job_name', onlyAzure('parent_job_name'), { amlcompute: honoured }),
];

export const componentFates: readonly FateRow[] = [
  ...executionFates,
  ...allHonoured('version', 'additional_includes', 'inputs.*.optional', 'inputs.*.default', 'inputs.*.min', 'inputs.*.max', 'inputs.*.enum'),
  row('outputs.*.early_available', onlyAzure('early_available'), { amlcompute: honoured }),
];

function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
}
