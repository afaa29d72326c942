import { above, allHonoured, honoured, is, matches, noted, refused, row, translated, type FateRow } from './fate-row.ts';

const openNetwork = refused('the network cannot be closed by Destino here', 'close it on the target, then --accept-unprotected');
const serverless = refused('a cluster of Azure ML answers no requests', 'deploy to local, ssh, aci, aks or iot-edge');
const noIdentity = refused('the service cannot take on an Azure identity here', 'give it a credential: environment_variables: { NAME: ${{secrets.NAME}} }');
const onlyAzure = (what: string) => noted(`${what} means something to Azure ML only`);

export const endpointFates: readonly FateRow[] = [
  ...allHonoured('$schema', 'type', 'name', 'description', 'tags', 'compute', 'traffic', 'mirror_traffic'),
  row('properties', onlyAzure('properties')),
  row('auth_mode', translated('the endpoint is protected by its keys; tokens of Azure ML are not issued'), {}, is('aml_token')),
  row('auth_mode', refused('who may call is not asked of Entra ID here', 'auth_mode: key'), {}, is('aad_token')),
  ...allHonoured('auth_mode'),
  row('identity', noIdentity),
  row('public_network_access', openNetwork, {}, is('disabled')),
  ...allHonoured('public_network_access'),
];

const oneCopy = refused('there is one copy on such a target', '--set instance_count=1');
const sizeAsAmounts = translated('the VM size is taken as its cores, memory and GPUs');
const requested = translated('taken as limits of the process or container');

export const deploymentFates: readonly FateRow[] = [
  row('', honoured, { amlcompute: serverless }),
  ...allHonoured('$schema', 'type', 'name', 'endpoint_name', 'description', 'tags', 'model', 'code_configuration', 'environment_variables'),
  row('properties', onlyAzure('properties')),
  row('model_mount_path', translated('AZUREML_MODEL_DIR names the folder; a process sees the model at no fixed path'), { aci: honoured, aks: honoured, 'iot-edge': honoured }),
  row('environment.os_type', refused('only Linux environments are served', 'remove os_type'), {}, is('windows')),
  row('environment.auto_rebuild', onlyAzure('auto_rebuild')),
  ...allHonoured('environment'),
  row('instance_type', sizeAsAmounts, {}, matches('a VM size', /^(standard|basic)_/i)),
  row('instance_type', honoured, {}, matches('cpu=…,memory=…', /=/)),
  row('instance_type', refused('only Kubernetes has named instance types', 'write cpu=2,memory=4Gi or a VM size'), { aks: honoured }),
  row('instance_count', honoured, { aci: oneCopy, 'iot-edge': oneCopy }, above(1)),
  ...allHonoured('instance_count'),
  row('scale_settings.max_instances', honoured, { aci: oneCopy, 'iot-edge': oneCopy }, above(1)),
  row('scale_settings.polling_interval', honoured, { aks: translated('Kubernetes looks every 15 s, as its cluster is set') }),
  ...allHonoured('scale_settings'),
  ...allHonoured('request_settings', 'liveness_probe', 'readiness_probe'),
  row('startup_probe', translated('taken as the initial delay of the liveness probe'), { aks: honoured }),
  row('resources', requested, { aks: honoured }),
  row('app_insights_enabled', noted('logs and metrics are kept by Destino'), {}, is(true)),
  ...allHonoured('app_insights_enabled'),
  row('egress_public_network_access', openNetwork, {}, is('disabled')),
  ...allHonoured('egress_public_network_access'),
  row('data_collector', noted('requests and answers are not collected')),
];
