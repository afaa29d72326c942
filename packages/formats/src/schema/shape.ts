import type { Tree } from '../yaml/tree.ts';
import type { FileKind } from './kind.ts';
import type { RefusedKind } from './refused-kind.ts';

type Fields = ReadonlyMap<string, { value: Tree }>;

/** Kinds by the fields that only they have, the most telling first. */
export const shapes: readonly (readonly [FileKind | RefusedKind, (fields: Fields) => boolean])[] = [
  ['workspace', (fields) => has(fields, 'targets', 'plugins', 'default_target', 'aliases', 'registries')],
  ['target', (fields) => has(fields, 'kind') && !has(fields, 'command')],
  ['sweep-job', (fields) => has(fields, 'search_space', 'trial')],
  ['pipeline-component', (fields) => has(fields, 'jobs') && declaresInputs(fields)],
  ['pipeline-job', (fields) => has(fields, 'jobs') || (has(fields, 'component') && !has(fields, 'endpoint_name'))],
  ['schedule', (fields) => has(fields, 'create_job', 'trigger')],
  ['command-component', (fields) => has(fields, 'command') && (has(fields, 'additional_includes', 'version') || declaresInputs(fields))],
  ['command-job', (fields) => has(fields, 'command')],
  ['batch-deployment', (fields) => has(fields, 'endpoint_name') && has(fields, 'settings', 'compute', 'job_definition', 'component')],
  ['online-deployment', (fields) => has(fields, 'endpoint_name', 'code_configuration', 'scale_settings', 'request_settings')],
  ['online-endpoint', (fields) => has(fields, 'auth_mode', 'traffic', 'mirror_traffic', 'public_network_access')],
  ['environment', (fields) => has(fields, 'image', 'build', 'conda_file', 'inference_config')],
  ['kubernetes', (fields) => has(fields, 'namespace') && has(fields, 'resource_id')],
];

/** Conda files have fields of their own that no other kind shares. */
export function looksLikeConda(fields: Fields): boolean {
  return fields.has('dependencies') && !fields.has('command') && !fields.has('$schema');
}

function has(fields: Fields, ...names: string[]): boolean {
  return names.some((name) => fields.has(name));
}

/** Declarations have a type and no value: no job has an input with a default, a limit or a choice. */
function declaresInputs(fields: Fields): boolean {
  const inputs = fields.get('inputs')?.value;
  if (inputs?.is !== 'fields') return false;
  const each = [...inputs.fields.values()].map((field) => field.value);
  return each.some((value) => value.is === 'fields' && has(value.fields, 'default', 'optional', 'enum', 'min', 'max'));
}
